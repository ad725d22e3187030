/** The dashboard's window: made when first wanted, hidden when closed, freed when hidden for long, made anew when wanted again. */
import { BrowserWindow, app, nativeTheme } from 'electron';
import { versionArgument } from '../../../protocol/desktop.ts';
import type { ShellLog } from '../log.ts';
import { isOwnAddress } from '../own-address.ts';
import { type PlaceKeeper, leastSize } from './keep-place.ts';
import { type Place, addressOf } from './place.ts';
import { pageTrouble } from './trouble.ts';

export interface DashboardWindow {
  /** Brings the window to the front, making it first where there is none; null: at the place where it was. */
  show(place: Place): void;
  /** True while the window is shown and has the keyboard: what happens now is seen. */
  isLookedAt(): boolean;
  /** The window there is, shown or hidden; null: none. */
  current(): BrowserWindow | null;
}

export interface DashboardWindowOptions {
  /** Origin of the dashboard. */
  readonly url: string;
  /** Absolute path of the bundled preload script. */
  readonly preload: string;
  /** Absolute path of the window's icon. */
  readonly icon: string;
  /** How long a hidden window keeps its page, ms: it then opens at once, and holds its memory meanwhile. */
  readonly freeAfterMs: number;
  readonly places: PlaceKeeper;
  readonly log: ShellLog;
  /** Called whenever the window comes to the front or leaves it. */
  readonly onLook: () => void;
}

/** The dashboard's own background in each theme, so that a new window does not flash white in a dark room. */
const background = () => (nativeTheme.shouldUseDarkColors ? '#292929' : '#ffffff');

export function dashboardWindow(options: DashboardWindowOptions): DashboardWindow {
  const { url, log } = options;
  const trouble = pageTrouble(log);
  let current: BrowserWindow | null = null;
  /** Where the page was when its window went. */
  let leftAt: string | null = null;
  let freeing: NodeJS.Timeout | null = null;

  const load = (window: BrowserWindow, address: string): void => {
    // A failed load also arrives as did-fail-load, which asks the operator; here it is only kept from being unhandled.
    window.loadURL(address).catch((error: unknown) => log.warn(`Loading the dashboard: ${String(error)}`));
  };
  const keepFrom = (): void => {
    if (freeing !== null) clearTimeout(freeing);
    freeing = null;
  };
  const noteAddress = (window: BrowserWindow): void => {
    const address = window.webContents.getURL();
    if (isOwnAddress(address, url)) leftAt = address;
  };
  const make = (): BrowserWindow => {
    const window = open(options);
    window.on('closed', () => {
      if (current === window) current = null;
      keepFrom();
    });
    window.on('hide', () => {
      noteAddress(window);
      keepFrom();
      freeing = setTimeout(() => {
        log.info('The hidden window is freed.');
        window.destroy();
      }, options.freeAfterMs);
    });
    window.on('show', keepFrom);
    trouble.watch(window, () => load(window, leftAt ?? addressOf(url, null)));
    return window;
  };
  nativeTheme.on('updated', () => current?.setBackgroundColor(background()));

  return {
    show(place) {
      const isNew = current === null;
      current ??= make();
      if (place !== null) leftAt = addressOf(url, place);
      if (isNew || place !== null) load(current, leftAt ?? addressOf(url, null));
      if (current.isMinimized()) current.restore();
      current.show();
      current.focus();
    },
    isLookedAt: () => current !== null && current.isVisible() && current.isFocused(),
    current: () => current,
  };
}

/** A new window for the dashboard, still empty, where it was when there was one last. */
function open({ preload, icon, places, onLook }: DashboardWindowOptions): BrowserWindow {
  const { bounds, maximized } = places.opening();
  const window = new BrowserWindow({
    title: 'Ziggie',
    ...bounds,
    minWidth: leastSize.width,
    minHeight: leastSize.height,
    show: false,
    icon,
    backgroundColor: background(),
    autoHideMenuBar: true,
    webPreferences: {
      preload,
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
  if (maximized) window.maximize();
  places.follow(window);
  window.on('close', (event) => {
    // Closing puts the dashboard away; the coordinator goes on in the tray until Quit.
    event.preventDefault();
    window.hide();
  });
  window.on('show', onLook);
  window.on('hide', onLook);
  window.on('focus', onLook);
  window.on('blur', onLook);
  return window;
}
