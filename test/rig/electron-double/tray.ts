/** `Tray`, `Menu` and `nativeImage` of the double: what a person would see and click, kept to be read and clicked by a test. */
import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { type Emits, preventable } from './events.ts';

type TrayEvents = { click: [] };
true satisfies Emits<Electron.Tray, TrayEvents>;

type MenuEvents = { 'menu-will-show': [event: Electron.Event]; 'menu-will-close': [event: Electron.Event] };
true satisfies Emits<Electron.Menu, MenuEvents>;

export class Image {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

export const nativeImage = {
  createFromPath: (path: string): Electron.NativeImage => new Image(path) as unknown as Electron.NativeImage,
};

interface Entry {
  /** As it is read: `&&` is one `&`, a single one marks a key; behind a check mark where it has one. */
  readonly label: string;
  readonly enabled: boolean;
  /** null: it can have no mark. */
  checked: boolean | null;
  readonly click: (entry: Entry) => void;
  readonly submenu: Menu | null;
}

/** A menu as JSON: labels, with their submenus below them; `✓ ` before one with a mark. */
export type MenuText = (string | { readonly [label: string]: MenuText })[];

export class Menu extends EventEmitter<MenuEvents> {
  readonly entries: readonly Entry[];

  /** Behind Alt in each window; null: none was set, and Electron shows its own. */
  static application: Menu | null = null;

  static setApplicationMenu(menu: Electron.Menu | null): void {
    Menu.application = menu as unknown as Menu | null;
  }

  static buildFromTemplate(template: (Electron.MenuItemConstructorOptions | Electron.MenuItem)[]): Menu {
    return new Menu(template as Electron.MenuItemConstructorOptions[]);
  }

  constructor(template: readonly Electron.MenuItemConstructorOptions[]) {
    super();
    this.entries = template.map(({ type, label, role, enabled, checked, click, submenu }) => ({
      label: type === 'separator' ? '---' : (label ?? role ?? '').replace(/&(.)/g, '$1'),
      enabled: enabled !== false,
      checked: type === 'checkbox' ? checked === true : null,
      click: click as unknown as (entry: Entry) => void,
      submenu: Array.isArray(submenu) ? new Menu(submenu) : null,
    }));
  }

  text(): MenuText {
    return this.entries.map(({ label, checked, submenu }) => {
      const mark = checked === true ? '✓ ' : '';
      return submenu === null ? `${mark}${label}` : { [label]: submenu.text() };
    });
  }

  /** Clicks the entry at the end of the path; each label may be given by its beginning. */
  click([label = '', ...below]: readonly string[]): void {
    const entry = this.entries.find((candidate) => candidate.label.startsWith(label));
    if (entry === undefined) throw new Error(`No entry "${label}" in ${JSON.stringify(this.text())}.`);
    if (below.length > 0 && entry.submenu !== null) entry.submenu.click(below);
    else if (!entry.enabled || entry.submenu !== null) throw new Error(`"${entry.label}" cannot be clicked.`);
    else {
      // The system sets the mark before the application hears of the click.
      if (entry.checked !== null) entry.checked = !entry.checked;
      entry.click(entry);
    }
  }
}

const shownTrays = new Set<Tray>();

export class Tray extends EventEmitter<TrayEvents> {
  #image = '';
  #tooltip = '';
  #menu: Menu | null = null;
  /** What is on the screen, which is not exchanged with it. */
  #open: Menu | null = null;

  static shown(): Tray {
    const [tray] = shownTrays;
    if (tray === undefined) throw new Error('There is no tray icon.');
    return tray;
  }

  constructor(image: Electron.NativeImage | string) {
    super();
    this.setImage(image);
    shownTrays.add(this);
  }

  setImage(image: Electron.NativeImage | string): void {
    const path = typeof image === 'string' ? image : (image as unknown as Image).path;
    if (!existsSync(path)) throw new Error(`Failed to load image from path '${path}'`);
    this.#image = basename(path);
  }

  setToolTip(tooltip: string): void {
    this.#tooltip = tooltip;
  }

  setContextMenu(menu: Electron.Menu | null): void {
    this.#menu = menu as Menu | null;
  }

  destroy(): void {
    shownTrays.delete(this);
  }

  describe() {
    return { image: this.#image, tooltip: this.#tooltip, menu: this.#menu?.text() ?? [] };
  }

  /** Opens the menu, to be read at length. */
  openMenu(): void {
    this.#open = this.#menu;
    this.#open?.emit('menu-will-show', preventable({}));
  }

  closeMenu(): void {
    this.#open?.emit('menu-will-close', preventable({}));
    this.#open = null;
  }

  clickMenu(path: readonly string[]): void {
    const menu = this.#open ?? this.#menu;
    if (menu === null) throw new Error('The tray has no menu.');
    this.closeMenu();
    menu.click(path);
  }
}
