/** Builds the tray's menu, and exchanges it only while nobody reads it: what moved under the mouse would be clicked in error. */
import { type MenuItemConstructorOptions, Menu } from 'electron';
import type { TrayAction, TrayItem } from './model.ts';

/** ms. Where a desktop does not tell that the menu was closed, it is exchanged after this all the same. */
const longestReadMs = 60_000;

export interface TrayMenu {
  set(items: readonly TrayItem[]): void;
}

export function trayMenu(show: (menu: Menu) => void, perform: (action: TrayAction) => void): TrayMenu {
  let openedAt: number | null = null;
  let waiting: readonly TrayItem[] | null = null;

  const put = (items: readonly TrayItem[]): void => {
    waiting = null;
    const menu = Menu.buildFromTemplate(items.map((item) => entry(item, perform)));
    menu.on('menu-will-show', () => {
      openedAt = Date.now();
    });
    menu.on('menu-will-close', () => {
      openedAt = null;
      // The click that closed it comes after this, and is still the old menu's.
      setImmediate(() => {
        if (waiting !== null && openedAt === null) put(waiting);
      });
    });
    show(menu);
  };
  return {
    set(items) {
      const isRead = openedAt !== null && Date.now() - openedAt < longestReadMs;
      if (isRead) waiting = items;
      else put(items);
    },
  };
}

function entry(item: TrayItem, perform: (action: TrayAction) => void): MenuItemConstructorOptions {
  switch (item.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: literal(item.label), enabled: false };
    case 'action':
      return { label: literal(item.label), click: () => perform(item.action) };
    case 'check':
      return {
        type: 'checkbox',
        label: literal(item.label),
        checked: item.checked,
        enabled: item.enabled,
        click: (clicked) => {
          // A click sets the mark by itself; it is to say what is so, and changes once it has changed.
          clicked.checked = item.checked;
          perform(item.action);
        },
      };
    case 'submenu':
      return { label: literal(item.label), submenu: item.items.map((child) => entry(child, perform)) };
  }
}

/** In a menu `&` marks the next letter as its key; doubled it is the character, which agents' names may hold. */
const literal = (label: string): string => label.replaceAll('&', '&&');
