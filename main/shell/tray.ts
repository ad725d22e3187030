/** Shows the tray model: the only place where the tray icon is made, changed and taken away. */
import { type MenuItemConstructorOptions, Menu, Tray, nativeImage } from 'electron';
import { isDeepStrictEqual } from 'node:util';
import { trayIconFile } from './tray-icon.ts';
import type { TrayAction, TrayItem, TrayModel } from './tray-model.ts';

export interface TrayIconOptions {
  /** Folder of the tray's pictures. */
  readonly icons: string;
  /** What a click on the icon and each entry of the menu do. */
  readonly perform: (action: TrayAction) => void;
}

export interface TrayView {
  /** Brings the icon, tooltip and menu to this model; what is the same already is left alone, so an open menu stays open. */
  render(model: TrayModel): void;
  remove(): void;
}

export function trayView(options: TrayIconOptions, first: TrayModel): TrayView {
  const image = (model: TrayModel) => nativeImage.createFromPath(trayIconFile(options.icons, model));
  const tray = new Tray(image(first));
  let shown: TrayModel | null = null;

  const render = (model: TrayModel): void => {
    if (shown?.icon !== model.icon || shown.count !== model.count) tray.setImage(image(model));
    if (shown?.tooltip !== model.tooltip) tray.setToolTip(model.tooltip);
    if (!isDeepStrictEqual(shown?.menu, model.menu)) tray.setContextMenu(menuOf(model.menu, options.perform));
    shown = model;
  };
  tray.on('click', () => options.perform({ type: 'open', agentId: null }));
  render(first);
  return { render, remove: () => tray.destroy() };
}

function menuOf(items: readonly TrayItem[], perform: (action: TrayAction) => void): Menu {
  return Menu.buildFromTemplate(items.map((item) => entry(item, perform)));
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
        click: () => perform(item.action),
      };
    case 'submenu':
      return { label: literal(item.label), submenu: item.items.map((child) => entry(child, perform)) };
  }
}

/** In a menu `&` marks the next letter as its key; doubled it is the character, which agents' names may hold. */
const literal = (label: string): string => label.replaceAll('&', '&&');
