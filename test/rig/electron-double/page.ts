/** One Chromium page with the preload script in it, as a window's content. */
import type { Frame, Page, Route } from 'playwright';
import { sharedContext } from './browser.ts';
import { type SenderFrame, ipcMain } from './ipc-main.ts';

export interface PageOptions {
  /** Text of the preload script. */
  readonly preload: string;
  /** What the page's process is given as arguments. */
  readonly argv: readonly string[];
  /** Whether the page may go there of its own. */
  readonly mayNavigate: (url: string, isMainFrame: boolean) => boolean;
  /** The page wants a new window. */
  readonly onOpen: (url: string) => void;
  readonly onCrash: () => void;
}

export class ChromiumPage {
  readonly #options: PageOptions;
  #page: Promise<Page> | null = null;
  /** How many loads of the shell are under way: what navigates meanwhile is not the page's own doing. */
  #loading = 0;
  #lastLoad: Promise<unknown> = Promise.resolve();
  #address = '';

  constructor(options: PageOptions) {
    this.#options = options;
  }

  /** Where it is; '' before its first load. */
  get address(): string {
    return this.#address;
  }

  /** The page, opened when first asked for and again after a crash. */
  get(): Promise<Page> {
    this.#page ??= this.#open();
    return this.#page;
  }

  /** The page once the shell's last load is done, however that went. */
  async loaded(): Promise<Page> {
    await Promise.allSettled([this.#lastLoad]);
    return this.get();
  }

  async goTo(url: string): Promise<void> {
    this.#loading += 1;
    try {
      this.#lastLoad = this.get().then((page) => page.goto(url));
      await this.#lastLoad;
    } finally {
      this.#loading -= 1;
    }
  }

  async close(): Promise<void> {
    const page = await this.#page;
    await page?.close();
  }

  async #open(): Promise<Page> {
    const context = await sharedContext();
    const page = await context.newPage();
    page.on('framenavigated', (frame) => {
      if (frame === page.mainFrame()) this.#address = frame.url();
    });
    page.on('crash', () => {
      this.#page = null;
      this.#options.onCrash();
    });
    await page.exposeBinding('electronDoubleInvoke', ({ frame }, channel: string, parameters: unknown[]) =>
      ipcMain.dispatch(channel, senderFrame(frame), parameters),
    );
    await page.exposeBinding('electronDoubleOpen', (_source, url: string) => this.#options.onOpen(url));
    await page.addInitScript({ content: preloadScript(this.#options) });
    await page.route('**/*', (route) => this.#navigate(route, page));
    return page;
  }

  async #navigate(route: Route, page: Page): Promise<void> {
    const request = route.request();
    const isOwn = this.#loading > 0 || !request.isNavigationRequest();
    if (isOwn || this.#options.mayNavigate(request.url(), request.frame() === page.mainFrame())) await route.continue();
    else await route.abort('aborted');
  }
}

const senderFrame = (frame: Frame): SenderFrame => ({ url: frame.url(), parent: frame.parentFrame() });

/**
 * The preload script with what Electron's sandbox gives one: `require('electron')` and a small `process`. It runs in the
 * page's own world, so the double's doors are taken away from the page before anything of the page runs.
 */
function preloadScript({ preload, argv }: PageOptions): string {
  return `(() => {
  if (window !== window.top) return;
  const { electronDoubleInvoke: invoke, electronDoubleOpen: open } = window;
  delete window.electronDoubleInvoke;
  delete window.electronDoubleOpen;
  window.open = (url) => (open(new URL(url, location.href).href), null);
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[target=_blank]') : null;
    if (link) { event.preventDefault(); open(link.href); }
  });
  const freeze = (value) => {
    if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
    return Object.freeze(value);
  };
  const electron = {
    contextBridge: {
      exposeInMainWorld: (name, api) => Object.defineProperty(window, name, { value: freeze(api), enumerable: true }),
    },
    ipcRenderer: {
      invoke: (channel, ...parameters) => invoke(channel, parameters).catch((error) => {
        throw new Error("Error invoking remote method '" + channel + "': " + error);
      }),
    },
  };
  const require = (name) => {
    if (name !== 'electron') throw new Error('A sandboxed preload script cannot load ' + name);
    return electron;
  };
  const process = { argv: ${JSON.stringify(argv)}, type: 'renderer', sandboxed: true };
  ((require, process, module, exports) => {
${preload}
  })(require, process, { exports: {} }, {});
})();`;
}
