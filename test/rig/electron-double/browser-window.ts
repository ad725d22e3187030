/** `BrowserWindow` of the double: whether it is shown and focused is kept here, what is in it is a real page (page.ts). */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { app } from './app.ts';
import { type Emits, preventable } from './events.ts';
import { ChromiumPage } from './page.ts';
import type { Image } from './tray.ts';

type WindowEvents = {
  maximize: [];
  move: [];
  resize: [];
  unmaximize: [];
  blur: [];
  close: [event: Electron.Event];
  closed: [];
  focus: [];
  hide: [];
  show: [];
};
true satisfies Emits<Electron.BrowserWindow, WindowEvents>;

type ContentsEvents = {
  'did-fail-load': [event: Electron.Event, code: number, description: string, url: string, isMainFrame: boolean];
  'render-process-gone': [event: Electron.Event, details: Electron.RenderProcessGoneDetails];
  'will-frame-navigate': [event: Electron.Event<{ url: string }>];
  'will-navigate': [event: Electron.Event<{ url: string }>];
};
true satisfies Emits<Electron.WebContents, ContentsEvents>;

const REFUSED = -102;
const ABORTED = -3;
const OTHER = -2;

/** `webContents` of a window. */
export class Contents extends EventEmitter<ContentsEvents> {
  readonly preferences: Electron.WebPreferences;
  readonly page: ChromiumPage;
  #windowOpen: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse = () => ({ action: 'allow' });

  constructor(preferences: Electron.WebPreferences) {
    super();
    this.preferences = preferences;
    this.page = new ChromiumPage({
      preload: preferences.preload === undefined ? '' : readFileSync(preferences.preload, 'utf8'),
      argv: preferences.additionalArguments ?? [],
      mayNavigate: (url, isMainFrame) => this.#mayNavigate(url, isMainFrame),
      onOpen: (url) => this.#open(url),
      onCrash: () => this.emit('render-process-gone', preventable({}), { reason: 'crashed', exitCode: 139 }),
    });
  }

  setWindowOpenHandler(handler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse): void {
    this.#windowOpen = handler;
  }

  getURL(): string {
    return this.page.address;
  }

  async loadURL(url: string): Promise<void> {
    try {
      await this.page.goTo(url);
    } catch (error) {
      const description = /ERR_[A-Z_]+/.exec(String(error))?.[0] ?? 'ERR_FAILED';
      const code = description === 'ERR_CONNECTION_REFUSED' ? REFUSED : description === 'ERR_ABORTED' ? ABORTED : OTHER;
      this.emit('did-fail-load', preventable({}), code, description, url, true);
      throw error;
    }
  }

  #mayNavigate(url: string, isMainFrame: boolean): boolean {
    const event = preventable({ url });
    this.emit('will-frame-navigate', event);
    if (isMainFrame) this.emit('will-navigate', event);
    return !event.defaultPrevented;
  }

  #open(url: string): void {
    const details = {
      url,
      frameName: '',
      features: '',
      disposition: 'foreground-tab',
      referrer: { url: '', policy: 'default' },
    };
    const { action } = this.#windowOpen(details as Electron.HandlerDetails);
    if (action !== 'deny') throw new Error(`The shell let a page open ${url}; the double opens no further windows.`);
  }
}

const openWindows = new Set<BrowserWindow>();

export class BrowserWindow extends EventEmitter<WindowEvents> {
  readonly webContents: Contents;
  #visible: boolean;
  #focused = false;
  #destroyed = false;
  #maximized = false;
  #bounds: Electron.Rectangle;
  backgroundColor: string;
  /** What lies over its button in the taskbar. */
  readonly taskbar = { badge: null as string | null, badgeWords: '', progress: 'none' };

  static getAllWindows(): BrowserWindow[] {
    return [...openWindows];
  }

  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    this.#visible = options.show !== false;
    const { x = 0, y = 0, width = 800, height = 600, backgroundColor = '#ffffff' } = options;
    this.#bounds = { x, y, width, height };
    this.backgroundColor = backgroundColor;
    this.webContents = new Contents(options.webPreferences ?? {});
    openWindows.add(this);
    app.emit('web-contents-created', preventable({}), this.webContents as unknown as Electron.WebContents);
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  show(): void {
    if (!this.#visible) {
      this.#visible = true;
      this.emit('show');
    }
    this.focus();
  }

  hide(): void {
    if (!this.#visible) return;
    this.blur();
    this.#visible = false;
    this.emit('hide');
  }

  focus(): void {
    if (this.#focused) return;
    this.#focused = true;
    this.emit('focus');
  }

  blur(): void {
    if (!this.#focused) return;
    this.#focused = false;
    this.emit('blur');
  }

  close(): void {
    const event = preventable({});
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    openWindows.delete(this);
    void this.webContents.page.close();
    this.emit('closed');
    if (openWindows.size === 0) app.emit('window-all-closed');
  }

  /** A person drags it there. */
  moveTo(bounds: Electron.Rectangle): void {
    this.#bounds = bounds;
    this.emit('move');
    this.emit('resize');
  }

  getNormalBounds(): Electron.Rectangle {
    return this.#bounds;
  }

  maximize(): void {
    this.#maximized = true;
    this.emit('maximize');
  }

  isMaximized(): boolean {
    return this.#maximized;
  }

  setBackgroundColor(color: string): void {
    this.backgroundColor = color;
  }

  setOverlayIcon(overlay: Electron.NativeImage | null, description: string): void {
    this.taskbar.badge = overlay === null ? null : basename((overlay as unknown as Image).path);
    this.taskbar.badgeWords = description;
  }

  setProgressBar(progress: number, options?: Electron.ProgressBarOptions): void {
    this.taskbar.progress = progress < 0 ? 'none' : `${options?.mode ?? 'normal'} ${progress}`;
  }

  restore(): void {
    // A window of the double is never minimized.
  }

  isMinimized(): boolean {
    return false;
  }

  isVisible(): boolean {
    return this.#visible;
  }

  isFocused(): boolean {
    return this.#focused;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }
}
