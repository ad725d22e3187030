/** Carries out what the test orders over the process's message channel, and ends with the test. */
import { app } from './app.ts';
import { BaseWindow } from './base-window.ts';
import { BrowserWindow } from './browser-window.ts';
import type { Commands, Order, Reply } from './commands.ts';
import { dialog } from './dialog.ts';
import { preventable } from './events.ts';
import { ipcMain } from './ipc-main.ts';
import { nativeTheme, powerMonitor } from './machine.ts';
import { Notification } from './notification.ts';
import { openedPaths, session } from './session.ts';
import { Menu, Tray } from './tray.ts';

type Carried = {
  [Name in keyof Commands]: (...given: Parameters<Commands[Name]>) => Answer<ReturnType<Commands[Name]>>;
};
type Answer<T> = (T extends null ? void : T) | Promise<T extends null ? void : T>;

const commands: Carried = {
  tray: () => Tray.shown().describe(),
  clickTray: () => void Tray.shown().emit('click'),
  clickMenu: (path) => Tray.shown().clickMenu(path),
  openMenu: () => Tray.shown().openMenu(),
  closeMenu: () => Tray.shown().closeMenu(),
  windows: () => Promise.all(BrowserWindow.getAllWindows().map(describe)),
  evaluate: async (expression) => (await onlyPage()).evaluate(expression),
  screenshot: async (path) => void (await (await onlyPage()).screenshot({ path })),
  closeWindow: () => onlyWindow().close(),
  blurWindow: () => onlyWindow().blur(),
  crashWindow: async () => void (await onlyPage()).goto('chrome://crash').catch(() => null), // A crash answers nothing.
  moveWindow: (bounds) => onlyWindow().moveTo(bounds),
  maximizeWindow: () => onlyWindow().maximize(),
  toasts: () => Notification.all(),
  clickToast: (title) => Notification.titled(title).click(),
  pressToast: (title, button) => Notification.titled(title).press(button),
  crashProcess: (type) =>
    void app.emit('child-process-gone', preventable({}), { type, reason: 'crashed', exitCode: 139 }),
  power: (event) => void powerMonitor.emit(event),
  darkTheme: (dark) => nativeTheme.set(dark),
  askSessionEnd: () => BaseWindow.askSessionEnd(['logoff']),
  endSession: () => BaseWindow.endSession(['logoff']),
  dialogs: () =>
    dialog.open.map(({ options }) => ({
      message: options.message,
      detail: options.detail ?? '',
      buttons: options.buttons ?? [],
    })),
  press: (button) => dialog.press(button),
  permission: (name, origin) => session.defaultSession.permission(name, origin),
  defences: (origin) => ({
    sandboxed: app.isSandboxed,
    removedSwitches: app.removedSwitches,
    devices: session.defaultSession.mayUseDevices(origin),
    menu: Menu.application?.text() ?? null,
  }),
  maySave: (url) => session.defaultSession.maySave(url),
  invokeFrom: (url, channel, ...parameters) => ipcMain.dispatch(channel, { url, parent: null }, parameters),
  openedPaths: () => openedPaths,
  systemQuit: () => app.quit(),
  end: () => app.exit(1),
};

function onlyWindow(): BrowserWindow {
  const [window, ...others] = BrowserWindow.getAllWindows();
  if (window === undefined || others.length > 0)
    throw new Error(`There are ${others.length + (window ? 1 : 0)} windows.`);
  return window;
}

const onlyPage = () => onlyWindow().webContents.page.loaded();

async function describe(window: BrowserWindow) {
  const page = await window.webContents.page.loaded();
  const switches = Object.entries(window.webContents.preferences).filter(([, value]) => typeof value === 'boolean');
  return {
    url: page.url(),
    visible: window.isVisible(),
    focused: window.isFocused(),
    preferences: Object.fromEntries(switches),
    bounds: window.getNormalBounds(),
    maximized: window.isMaximized(),
    backgroundColor: window.backgroundColor,
    taskbar: window.taskbar,
  };
}

export function obeyTheTest(): void {
  process.on('message', (order: Order) => void obey(order));
  // The test is gone, so nobody will ever press Quit.
  process.on('disconnect', () => app.exit(1));
}

async function obey({ id, name, parameters }: Order): Promise<void> {
  const carry = commands[name] as (...given: readonly unknown[]) => unknown;
  const reply: Reply = await Promise.resolve()
    .then(() => carry(...parameters))
    .then(
      (value) => ({ id, value: value ?? null }),
      (error: unknown) => ({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  process.send?.(reply);
}
