/** The language between a test and the double: what a person at the desktop could see and do. */
import type { PowerEvent } from './machine.ts';
import type { MenuText } from './tray.ts';

export type PermissionName = 'clipboard-read' | 'clipboard-sanitized-write' | 'media' | 'notifications';

export interface TrayText {
  /** File name of the picture. */
  readonly image: string;
  readonly tooltip: string;
  readonly menu: MenuText;
}

export interface WindowText {
  readonly url: string;
  readonly visible: boolean;
  readonly focused: boolean;
  readonly preferences: Readonly<Record<string, unknown>>;
  readonly bounds: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly maximized: boolean;
  readonly backgroundColor: string;
  /** `badge`: file name of the picture. `progress`: `none`, `indeterminate 2`, `error 0.5`. */
  readonly taskbar: { readonly badge: string | null; readonly badgeWords: string; readonly progress: string };
}

export interface ToastText {
  readonly title: string;
  readonly body: string;
  readonly buttons: readonly string[];
}

export interface DialogText {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

export interface Defences {
  readonly sandboxed: boolean;
  readonly removedSwitches: readonly string[];
  readonly devices: boolean;
  readonly menu: MenuText | null;
}

/** Command -> what it takes and what it answers. Window commands mean the only window there is. */
export interface Commands {
  tray: () => TrayText;
  clickTray: () => null;
  /** Labels from the top of the menu down; the beginning of each is enough. */
  clickMenu: (path: readonly string[]) => null;
  openMenu: () => null;
  closeMenu: () => null;
  windows: () => readonly WindowText[];
  /** Value of a JavaScript expression in the page. */
  evaluate: (expression: string) => unknown;
  screenshot: (file: string) => null;
  closeWindow: () => null;
  blurWindow: () => null;
  crashWindow: () => null;
  moveWindow: (bounds: WindowText['bounds']) => null;
  maximizeWindow: () => null;
  toasts: () => readonly ToastText[];
  /** Titles of toasts may be given by their beginning. */
  clickToast: (title: string) => null;
  pressToast: (title: string, button: string) => null;
  /** Another process of Chromium ends. */
  crashProcess: (type: 'GPU' | 'Utility') => null;
  power: (event: PowerEvent) => null;
  darkTheme: (dark: boolean) => null;
  /** Windows asks whether the session may end; true: the application holds it up. */
  askSessionEnd: () => boolean;
  endSession: () => null;
  dialogs: () => readonly DialogText[];
  /** Presses a button of the dialog that is open. */
  press: (button: string) => null;
  /** What a page of this origin is answered when it asks for a right. */
  permission: (name: PermissionName, origin: string) => { request: boolean; check: boolean };
  /** What the application has closed, as far as Electron would tell. */
  defences: (origin: string) => Defences;
  /** Whether a page may save what lies at this address. */
  maySave: (url: string) => boolean;
  /** A message as if from a frame of this address. */
  invokeFrom: (frameUrl: string, channel: string, ...parameters: readonly unknown[]) => unknown;
  openedPaths: () => readonly string[];
  /** The operating system asks the application to end. */
  systemQuit: () => null;
  /** The test is over. */
  end: () => null;
}

export type CommandName = keyof Commands;
export interface Order {
  readonly id: number;
  readonly name: CommandName;
  readonly parameters: readonly unknown[];
}
export type Reply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };
