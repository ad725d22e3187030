/**
 * A double of the `electron` module for plain Node, of exactly the parts that the shell uses. Windows are real Chromium
 * pages with the real preload script in them; tray, menus and dialogs are recorded and operated by the test (steering.ts).
 *
 * What it cannot show: the sandbox itself, the look of native menus and dialogs, and the operating system's own events.
 */
import { app } from './app.ts';
import { BaseWindow } from './base-window.ts';
import { BrowserWindow, type Contents } from './browser-window.ts';
import { dialog } from './dialog.ts';
import { ipcMain } from './ipc-main.ts';
import { nativeTheme, powerMonitor, screen } from './machine.ts';
import { net } from './net.ts';
import { Notification } from './notification.ts';
import { session, shell } from './session.ts';
import { obeyTheTest } from './steering.ts';
import { Menu, Tray, nativeImage } from './tray.ts';

export {
  BaseWindow,
  BrowserWindow,
  Menu,
  Notification,
  Tray,
  app,
  dialog,
  ipcMain,
  nativeImage,
  nativeTheme,
  net,
  powerMonitor,
  screen,
  session,
  shell,
};

/**
 * Held against Electron's own types, so that the double cannot drift from what it stands for: a member that Electron does
 * not have, or has with other parameters, does not compile. (`on` is checked by `Emits`, event by event: see events.ts.)
 */
({
  app,
  BaseWindow,
  BrowserWindow,
  Menu,
  Notification,
  Tray,
  dialog,
  ipcMain,
  nativeImage,
  nativeTheme,
  screen,
  session: session.defaultSession,
  shell,
}) satisfies {
  app: Pick<
    Electron.App,
    | 'exit'
    | 'getName'
    | 'getPath'
    | 'getVersion'
    | 'isPackaged'
    | 'quit'
    | 'requestSingleInstanceLock'
    | 'setAppUserModelId'
    | 'setPath'
    | 'setToastActivatorCLSID'
    | 'whenReady'
  >;
  BaseWindow: new (options?: Electron.BaseWindowConstructorOptions) => Pick<Electron.BaseWindow, 'isVisible'>;
  BrowserWindow: new (options: Electron.BrowserWindowConstructorOptions) => UsedWindow;
  Menu: {
    buildFromTemplate: (...given: Parameters<typeof Electron.Menu.buildFromTemplate>) => unknown;
    setApplicationMenu: (...given: Parameters<typeof Electron.Menu.setApplicationMenu>) => void;
  };
  Notification: { isSupported: typeof Electron.Notification.isSupported } & (new (
    options?: Electron.NotificationConstructorOptions,
  ) => Pick<Electron.Notification, 'close' | 'show'>);
  Tray: new (
    ...given: ConstructorParameters<typeof Electron.Tray>
  ) => Pick<Electron.Tray, 'destroy' | 'setContextMenu' | 'setImage' | 'setToolTip'>;
  dialog: Pick<Electron.Dialog, 'showErrorBox' | 'showMessageBox'>;
  ipcMain: Pick<Electron.IpcMain, 'handle'>;
  nativeImage: { createFromPath: (...given: Parameters<typeof Electron.NativeImage.createFromPath>) => unknown };
  nativeTheme: Pick<Electron.NativeTheme, 'shouldUseDarkColors'>;
  screen: Pick<Electron.Screen, 'getAllDisplays'>;
  session: Pick<
    Electron.Session,
    'setDevicePermissionHandler' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler'
  >;
  shell: Pick<Electron.Shell, 'openPath'>;
};

type UsedWindow = Pick<
  Electron.BrowserWindow,
  | 'close'
  | 'destroy'
  | 'focus'
  | 'getNormalBounds'
  | 'hide'
  | 'isDestroyed'
  | 'isFocused'
  | 'isMaximized'
  | 'isMinimized'
  | 'isVisible'
  | 'loadURL'
  | 'maximize'
  | 'restore'
  | 'setBackgroundColor'
  | 'setOverlayIcon'
  | 'setProgressBar'
  | 'show'
> & { webContents: Contents & Pick<Electron.WebContents, 'getURL' | 'loadURL' | 'setWindowOpenHandler'> };

obeyTheTest();
