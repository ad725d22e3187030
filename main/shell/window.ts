/** The dashboard's window: made when first wanted, hidden when closed, made anew when its page has died. */
import { BrowserWindow, app, dialog } from 'electron';
import { versionArgument } from '../../protocol/desktop.ts';
import type { ShellLog } from './log.ts';

/** Chromium's code for a load that another load replaced: no trouble. */
const LOAD_ABORTED = -3;

export interface DashboardWindow {
  /** Brings the window to the front, making it first where there is none; with an agent's id, at that agent. */
  show(agentId: string | null): void;
  /** True while the window is shown and has the keyboard: what happens now is seen. */
  isLookedAt(): boolean;
}

export interface DashboardWindowOptions {
  /** Address of the dashboard. */
  readonly url: string;
  /** Absolute path of the bundled preload script. */
  readonly preload: string;
  /** Absolute path of the window's icon. */
  readonly icon: string;
  readonly log: ShellLog;
  /** Called whenever the window comes to the front or leaves it. */
  readonly onLook: () => void;
}

export function dashboardWindow(options: DashboardWindowOptions): DashboardWindow {
  let current: BrowserWindow | null = null;

  const show = (agentId: string | null): void => {
    const isNew = current === null;
    current ??= open(options, () => {
      current = null;
    });
    if (isNew || agentId !== null) load(current, options, agentId);
    if (current.isMinimized()) current.restore();
    current.show();
    current.focus();
  };
  return { show, isLookedAt: () => current !== null && current.isVisible() && current.isFocused() };
}

/** A new window for the dashboard, still empty. `onGone` is called once it no longer exists. */
function open(options: DashboardWindowOptions, onGone: () => void): BrowserWindow {
  const window = new BrowserWindow({
    title: 'Ziggie',
    width: 1280,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    icon: options.icon,
    autoHideMenuBar: true,
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      // A file that is dropped beside what takes files would be opened in the dashboard's place.
      navigateOnDragDrop: false,
      // The page has the operator's token; in an installed Ziggie nobody looks into it.
      devTools: !app.isPackaged,
      // Dictionaries are fetched from the network.
      spellcheck: false,
      additionalArguments: [`${versionArgument}${app.getVersion()}`],
    },
  });
  window.on('closed', onGone);
  window.on('close', (event) => {
    // Closing puts the dashboard away; the coordinator goes on in the tray until Quit.
    event.preventDefault();
    window.hide();
  });
  window.on('show', options.onLook);
  window.on('hide', options.onLook);
  window.on('focus', options.onLook);
  window.on('blur', options.onLook);
  reportTrouble(window, options);
  return window;
}

/** Loads the dashboard; where it is loaded already, only the part after `#` changes and the page goes on. */
function load(window: BrowserWindow, { url, log }: DashboardWindowOptions, agentId: string | null): void {
  const address = agentId === null ? `${url}/` : `${url}/#/agents/${encodeURIComponent(agentId)}`;
  // A failed load also arrives as did-fail-load, which asks the operator; here it is only kept from being unhandled.
  window.loadURL(address).catch((error: unknown) => log.warn(`Loading the dashboard: ${String(error)}`));
}

/** A page that did not load or has died is said in words, with a way back. */
function reportTrouble(window: BrowserWindow, options: DashboardWindowOptions): void {
  const { webContents } = window;
  const { log } = options;
  webContents.on('did-fail-load', (_event, code, description, url, isMainFrame) => {
    if (!isMainFrame || code === LOAD_ABORTED) return;
    void offerReload(window, options, `The dashboard at ${url} could not be loaded: ${description} (${code}).`);
  });
  webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    void offerReload(window, options, `The dashboard's page has ended: ${reason} (${exitCode}).`);
  });
  webContents.on('preload-error', (_event, file, error) => log.error(`Preload script ${file}: ${String(error)}`));
  webContents.on('unresponsive', () => log.warn('The dashboard does not answer.'));
  webContents.on('responsive', () => log.info('The dashboard answers again.'));
}

async function offerReload(window: BrowserWindow, options: DashboardWindowOptions, trouble: string): Promise<void> {
  options.log.error(trouble);
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Ziggie',
    message: trouble,
    detail: 'Agents are not affected: they and the coordinator go on.',
    buttons: ['Load it again', 'Close the window'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (window.isDestroyed()) return;
  if (response === 0) load(window, options, null);
  else window.destroy();
}
