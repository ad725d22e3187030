/**
 * The desktop application in the real Electron runtime, where the machine has one. What needs no runtime is tested under a
 * double of it (shell-*.test.ts); here is what only the runtime can show.
 */
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ElectronApplication, _electron } from 'playwright';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../rig/wait-for.ts';

const project = join(import.meta.dirname, '..', '..');
const electron = join(project, 'node_modules', 'electron');
/** Milliseconds that an orderly end may take: closing an Electron application through Playwright can wait for ever. */
const CLOSE_DEADLINE_MS = 10_000;

/** Path of the runtime. The package itself would download it when asked, so its files are read instead. */
function runtime(): string | null {
  const pathFile = join(electron, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const program = join(electron, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(program) ? program : null;
}

function reasonToSkip(): string | null {
  if (runtime() === null) return 'the Electron runtime is not installed (npx install-electron gets it)';
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return 'there is no display (xvfb-run gives one)';
  }
  return null;
}

const reason = reasonToSkip();
// The reporter prints no titles of skipped tests, and a silent skip looks like a pass.
if (reason !== null) process.stderr.write(`test/e2e/desktop.test.ts is skipped: ${reason}.\n`);

describe.skipIf(reason !== null)(`the real Electron runtime${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let folder: string;
  let application: ElectronApplication;

  const launch = async (...more: readonly string[]): Promise<void> => {
    application = await _electron.launch({
      executablePath: runtime() ?? '',
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        project,
        '--root',
        join(folder, 'root'),
        '--port',
        '0',
        ...more,
      ],
      env: { ...definedEnvironment(), XDG_CONFIG_HOME: join(folder, 'config') },
    });
  };

  beforeEach(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'ziggie-electron-')));
    await launch();
  });

  /** Ends it without its question of Quit; the application's own way out is tested below. */
  const end = async (): Promise<void> => {
    const child = application.process();
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_DEADLINE_MS);
    await Promise.race([
      application.evaluate(({ app }) => app.exit(0)).catch(() => null), // The connection ends with the application.
      new Promise((resolve) => child.once('exit', resolve)),
    ]);
    await waitFor('the end of Electron', () => child.exitCode !== null || child.signalCode !== null, {
      timeoutMs: 15_000,
    });
    clearTimeout(timer);
  };

  afterEach(async () => {
    await end();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  /** The first window may come before Playwright listens for it, so all windows are asked. */
  const dashboard = () =>
    waitFor(
      'the dashboard’s window',
      () => application.windows().find((page) => page.url().startsWith('http://127.0.0.1:')),
      {
        timeoutMs: 30_000,
        seen: () => application.windows().map((page) => page.url()),
      },
    );

  test('opens the dashboard in a sandboxed window with the bridge and nothing of Node', async () => {
    const page = await dashboard();
    const discovery: { url: string } = JSON.parse(readFileSync(join(folder, 'root', 'coordinator.json'), 'utf8'));
    expect(await page.evaluate('ziggie.connection().then(({ url }) => url)')).toBe(discovery.url);
    expect(await page.evaluate('[typeof require, typeof process, Object.keys(ziggie).sort()]')).toEqual([
      'undefined',
      'undefined',
      ['connection', 'version'],
    ]);
  });

  test('puts the window away when it is closed, and goes on', async () => {
    await dashboard();
    const visible = await application.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.close();
      return window?.isVisible();
    });
    expect(visible).toBe(false);
    expect(application.process().exitCode).toBeNull();
  });

  test('has the tray’s pictures at every scale', async () => {
    const sizes = await application.evaluate(
      ({ nativeImage }, file) => nativeImage.createFromPath(file).getScaleFactors(),
      join(project, 'assets', 'icons', 'tray', 'tray-idle.png'),
    );
    expect(sizes).toEqual([1, 1.25, 1.5, 2]);
  });

  test('has the taskbar’s badges at every scale, and takes badge and progress', async () => {
    await dashboard();
    const sizes = await application.evaluate(
      ({ BrowserWindow, nativeImage }, file) => {
        const badge = nativeImage.createFromPath(file);
        const [window] = BrowserWindow.getAllWindows();
        window?.setOverlayIcon(badge, '1 needs you');
        window?.setProgressBar(2, { mode: 'indeterminate' });
        window?.setProgressBar(-1);
        window?.setOverlayIcon(null, '');
        return badge.getScaleFactors();
      },
      join(project, 'assets', 'icons', 'taskbar', 'badge-failed-1.png'),
    );
    expect(sizes).toEqual([1, 1.25, 1.5, 2]);
  });

  test('listens for the end of the session with a window that is never seen', async () => {
    await dashboard();
    const listeners = await application.evaluate(({ BaseWindow, BrowserWindow }) =>
      BaseWindow.getAllWindows()
        .filter((window) => !(window instanceof BrowserWindow))
        .map((window) => [window.isVisible(), window.listenerCount('session-end')]),
    );
    expect(listeners).toEqual([[false, 1]]);
  });

  test('frees a window that was put away, and opens it where it was, asked by a later start', async () => {
    await dashboard();
    await end();
    await launch('--free-window-after', '0');
    await dashboard();
    const before = await application.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      window?.setBounds({ x: 60, y: 60, width: 900, height: 600 });
      return window?.getNormalBounds();
    });
    await application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    const count = () => application.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    await waitFor('the window to be freed', async () => (await count()) === 0);
    await application.evaluate(({ app }) =>
      app.emit('second-instance', {}, [], '', { given: ['--open', 'agents/agent_x'] }),
    );
    await waitFor('the agent', () => application.windows().some((page) => page.url().endsWith('#/agents/agent_x')));
    const after = await application.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
    );
    expect(after).toEqual(before);
  });

  test('loads a page again that has died', async () => {
    await dashboard();
    // A native dialog cannot be pressed from here: its first button is, by this.
    await application.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
    });
    await application.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    const answers = () =>
      application.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('document.querySelector(".app") !== null'),
      );
    const isBack = waitFor('the page', async () => (await answers().catch(() => null)) === true, { timeoutMs: 30_000 });
    expect(await isBack).toBe(true);
  });

  test('ends in order when the system asks', async () => {
    await dashboard();
    const child = application.process();
    void application.evaluate(({ app }) => app.quit()).catch(() => null); // The connection ends with the application.
    await waitFor('the end of Electron', () => child.exitCode !== null, { timeoutMs: 15_000 });
    expect(child.exitCode).toBe(0);
  });
});

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
