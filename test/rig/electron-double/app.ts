/** `app` of the double: paths under one folder of the test, the single-instance lock, and an orderly end. */
import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { closeBrowser } from './browser.ts';
import { type Emits, preventable } from './events.ts';
import { InstanceLock } from './instance-lock.ts';

type AppEvents = {
  'second-instance': [event: Electron.Event, argv: string[], workingDirectory: string, additionalData: unknown];
  'web-contents-created': [event: Electron.Event, contents: Electron.WebContents];
  'window-all-closed': [];
  'before-quit': [event: Electron.Event];
  'child-process-gone': [event: Electron.Event, details: Electron.Details];
  quit: [event: Electron.Event, exitCode: number];
};
true satisfies Emits<Electron.App, AppEvents>;

class App extends EventEmitter<AppEvents> {
  readonly #home: string;
  readonly #paths = new Map<string, string>();
  #lock: InstanceLock | null = null;

  constructor(home: string) {
    super();
    this.#home = home;
  }

  /** Whether it runs as what an installer put there. */
  readonly isPackaged = process.env['ELECTRON_DOUBLE_PACKAGED'] === '1';

  /** Switches that the application took off its command line. */
  readonly removedSwitches: string[] = [];
  readonly commandLine = { removeSwitch: (name: string): void => void this.removedSwitches.push(name) };
  isSandboxed = false;

  enableSandbox(): void {
    this.isSandboxed = true;
  }

  getName(): string {
    return 'Ziggie';
  }

  getVersion(): string {
    return '0.0.0-double';
  }

  getPath(name: string): string {
    return this.#paths.get(name) ?? join(this.#home, name);
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  setAppUserModelId(): void {
    // Windows keeps it to itself.
  }

  setToastActivatorCLSID(): void {
    // The same.
  }

  whenReady(): Promise<void> {
    // Electron is never ready before the entry has been loaded.
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  requestSingleInstanceLock(additionalData: Record<string, unknown> = {}): boolean {
    mkdirSync(this.getPath('userData'), { recursive: true });
    this.#lock = new InstanceLock(this.getPath('userData'), this.#home, additionalData, (later) => {
      // As Chromium does, which keeps switches together and puts its own between them: nobody may rely on the order.
      const argv = [...later.argv].reverse();
      this.emit('second-instance', preventable({}), argv, later.folder, later.data);
    });
    return this.#lock.held;
  }

  /** Asks like the operating system does when it logs off. */
  quit(): void {
    const event = preventable({});
    this.emit('before-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }

  exit(exitCode = 0): void {
    this.emit('quit', preventable({}), exitCode);
    void Promise.allSettled([this.#lock?.release(), closeBrowser()]).then(() => process.exit(exitCode));
  }
}

const home = process.env['ELECTRON_DOUBLE_HOME'];
if (home === undefined) throw new Error('ELECTRON_DOUBLE_HOME must name the folder that stands for the user’s own.');
export const app = new App(home);
Object.assign(process, { resourcesPath: join(home, 'resources') });
