/**
 * The window of the desktop. Run as the built application under a double of `electron` whose windows are real
 * Chromium pages (test/rig/electron-double), with a real coordinator and real agents.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltDouble, buildDouble } from '../rig/electron-double/build.ts';
import type { WindowText } from '../rig/electron-double/commands.ts';
import { dialogOf, pageShows, theWindow, working } from '../rig/electron-double/seen.ts';
import { Place, type Started, deployDemoAgent } from '../rig/electron-double/ziggie-desktop.ts';
import { waitFor } from '../rig/wait-for.ts';

let double: BuiltDouble;
beforeAll(async () => {
  double = await buildDouble();
});
afterAll(() => double.remove());

// One application for all of these: each leaves the window as it found it, shown and in front.
describe('the window', () => {
  let place: Place;
  let started: Started;
  beforeAll(async () => {
    place = new Place(double.url);
    started = await place.start();
  });
  afterAll(() => place.remove());

  test('is sandboxed, shows the dashboard, and gets its token through the bridge', async () => {
    const { desktop, discovery, token } = started;
    const window = await theWindow(desktop);
    expect(window).toMatchObject({ visible: true, focused: true });
    expect(new URL(window.url).origin).toBe(discovery.url);
    expect(window.preferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      devTools: true,
      spellcheck: false,
    });
    expect(await desktop.order('evaluate', 'ziggie.connection()')).toEqual({ url: discovery.url, token });
    expect(await desktop.order('evaluate', '[typeof require, typeof process, Object.keys(ziggie).sort()]')).toEqual([
      'undefined',
      'undefined',
      [
        'checkForUpdates',
        'connection',
        'downloadUpdate',
        'loginItem',
        'restartToUpdate',
        'setLoginItem',
        'updates',
        'version',
      ],
    ]);
  });

  test('says in the settings what the system keeps of it, and what becomes of updates', async () => {
    const { desktop } = started;
    const { url } = await theWindow(desktop);
    await desktop.order('evaluate', `void (location.hash = '#/settings/updates')`);
    await pageShows(desktop, 'Ziggie arranges its start at login on Windows only.');
    await pageShows(desktop, 'Only an installed Ziggie is updated from here');
    expect((await desktop.order('tray')).menu.slice(-2)).toEqual(['Start at login (not available here)', 'Quit…']);
    await desktop.order('evaluate', `void (location.href = '${url}')`);
  });

  test('goes to the tray when closed, and comes back with a click on it', async () => {
    const { desktop } = started;
    await desktop.order('closeWindow');
    expect(await theWindow(desktop)).toMatchObject({ visible: false });
    await desktop.order('clickTray');
    expect(await theWindow(desktop)).toMatchObject({ visible: true, focused: true });
  });

  test('comes to the front when the application is started again, unless that start is a hidden one', async () => {
    const { desktop } = started;
    await desktop.order('closeWindow');
    expect(await place.run(['--hidden']).exited).toMatchObject({ code: 0 });
    expect(await theWindow(desktop)).toMatchObject({ visible: false });
    expect(await place.run().exited).toMatchObject({ code: 0 });
    await waitFor('the window in front', async () => (await theWindow(desktop)).focused);
  });

  test('opens what a later start names, and refuses what is no place', async () => {
    const { desktop } = started;
    await desktop.order('closeWindow');
    expect(await place.run(['--hidden', '--open', 'agents/agent_7/log']).exited).toMatchObject({ code: 0 });
    await waitFor('the place', async () => (await theWindow(desktop)).url.endsWith('/#/agents/agent_7/log'));
    expect(await theWindow(desktop)).toMatchObject({ visible: true, focused: true });
    const refused = await place.run(['--open', 'file:///etc/passwd']).exited;
    expect(refused.code).toBe(64);
    expect(refused.output).toContain('--open was given as "file:///etc/passwd". Expected agents/<id>');
  });

  test('lives on when Chromium’s other processes die, and is as dark as the system', async () => {
    const { desktop } = started;
    await desktop.order('crashProcess', 'GPU');
    await waitFor('the log', () => place.shellLog().includes('The GPU process has ended: crashed (139).'));
    expect(await desktop.order('dialogs')).toEqual([]);
    expect(await desktop.order('evaluate', '1 + 1')).toBe(2);
    expect(await theWindow(desktop)).toMatchObject({ backgroundColor: '#ffffff' });
    await desktop.order('darkTheme', true);
    expect(await theWindow(desktop)).toMatchObject({ backgroundColor: '#292929' });
  });

  test('does not leave the coordinator’s address, and opens nothing', async () => {
    const { desktop, discovery } = started;
    const { url } = await theWindow(desktop);
    await desktop.order('evaluate', `void (location.href = 'http://127.0.0.1:9/elsewhere')`);
    await desktop.order('evaluate', `void window.open('http://127.0.0.1:9/elsewhere')`);
    // Answered after the two above have been dealt with: the page is still there to answer.
    expect(await desktop.order('evaluate', 'fetch("/health").then((answer) => answer.status)')).toBe(200);
    expect((await theWindow(desktop)).url).toBe(url);
    await desktop.order('evaluate', `void window.open('${discovery.url}/#/agents/agent_x')`);
    await waitFor('the link in this window', async () => (await theWindow(desktop)).url.endsWith('#/agents/agent_x'));
  });

  test('has no rights but copying text from the dashboard itself', async () => {
    const { desktop, discovery } = started;
    const no = { request: false, check: false };
    for (const name of ['media', 'notifications', 'clipboard-read'] as const) {
      expect(await desktop.order('permission', name, discovery.url), name).toEqual(no);
    }
    expect(await desktop.order('permission', 'clipboard-sanitized-write', 'http://127.0.0.1:9')).toEqual(no);
    expect(await desktop.order('permission', 'clipboard-sanitized-write', discovery.url)).toEqual({
      request: true,
      check: true,
    });
  });

  test('saves only what is the coordinator’s, and has no door that Electron leaves open', async () => {
    const { desktop, discovery } = started;
    expect(await desktop.order('maySave', `blob:${discovery.url}/b6c0`)).toBe(true);
    expect(await desktop.order('maySave', `${discovery.url}/api/coordinator/agents/a/log/raw`)).toBe(true);
    for (const url of ['https://elsewhere.example/x.exe', 'data:text/plain,x', 'file:///etc/passwd', 'blob:null/x']) {
      expect(await desktop.order('maySave', url), url).toBe(false);
    }
    const { sandboxed, devices, menu } = await desktop.order('defences', discovery.url);
    expect({ sandboxed, devices }).toEqual({ sandboxed: true, devices: false });
    // A menu of ours, in which the developer tools are for a build from source alone (see updates.test.ts).
    expect(JSON.stringify(menu)).toContain('zoomIn');
    expect(JSON.stringify(menu)).not.toContain('help');
  });

  test('keeps the token from pages that are not the dashboard', async () => {
    const { desktop } = started;
    await expect(desktop.order('invokeFrom', 'http://127.0.0.1:9/', 'ziggie:connection')).rejects.toThrow(
      'only answered to the dashboard',
    );
  });

  test('says when its page has died, and loads it again', async () => {
    const { desktop, client } = started;
    await deployDemoAgent(client, 'unimpressed', ...working);
    await desktop.order('crashWindow');
    expect((await dialogOf(desktop)).message).toContain('page has ended: crashed');
    await desktop.order('press', 'Load it again');
    await pageShows(desktop, 'unimpressed');
    // A page that dies at every start would ask for ever.
    await desktop.order('crashWindow');
    await dialogOf(desktop);
    await desktop.order('press', 'Load it again');
    await pageShows(desktop, 'unimpressed');
    await desktop.order('crashWindow');
    expect((await dialogOf(desktop)).message).toContain('does not stay open');
    expect(await desktop.order('windows')).toEqual([]);
    await desktop.order('press', 'OK');
    await desktop.order('clickTray');
    await pageShows(desktop, 'unimpressed');
  });
});

describe('a window that was put away', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place(double.url);
  });
  afterEach(() => place.remove());

  test('is freed after a while, and comes back where it was, also at the next start', async () => {
    const first = await place.start('--free-window-after', '0');
    await first.desktop.order('evaluate', `void (location.hash = '#/queue')`);
    const bounds = { x: 900, y: 40, width: 1000, height: 700 };
    await first.desktop.order('moveWindow', bounds);
    await first.desktop.order('closeWindow');
    await waitFor('no window', async () => (await first.desktop.order('windows')).length === 0);

    await first.desktop.order('darkTheme', true);
    await first.desktop.order('clickTray');
    const again = await waitFor('the queue again', async () => {
      const [window] = await first.desktop.order('windows');
      return window?.url.endsWith('#/queue') === true && window.focused && window;
    });
    expect(again).toMatchObject({ visible: true, focused: true, bounds, maximized: false, backgroundColor: '#292929' });

    await first.desktop.order('maximizeWindow');
    await first.desktop.order('closeWindow');
    await first.desktop.order('clickMenu', ['Quit']);
    await first.desktop.exited;
    const { desktop } = await place.start();
    expect(await theWindow(desktop)).toMatchObject({ bounds, maximized: true });
    // One that is hidden for a shorter time keeps its page.
    await desktop.order('closeWindow');
    expect(await theWindow(desktop)).toMatchObject({ visible: false });
  });

  test('shows in the taskbar what is at work and what needs a person', async () => {
    const { desktop, client } = await place.start();
    const taskbarShows = (expected: Partial<WindowText['taskbar']>): Promise<unknown> =>
      waitFor(`a taskbar with ${JSON.stringify(expected)}`, async () => {
        const { taskbar } = await theWindow(desktop);
        return Object.entries(expected).every(([key, value]) => Reflect.get(taskbar, key) === value);
      });
    await taskbarShows({ badge: null, progress: 'none' });
    await desktop.order('blurWindow');
    await deployDemoAgent(client, 'steady', ...working);
    await taskbarShows({ badge: null, progress: 'indeterminate 2' });
    await deployDemoAgent(client, 'broken', '@exit 3');
    await taskbarShows({ badge: 'badge-failed-1.png', badgeWords: '1 needs you, 1 failed', progress: 'error 0.01' });
    await desktop.order('clickTray');
    await taskbarShows({ badge: null, progress: 'indeterminate 2' });
    // In front of a locked screen nobody sits.
    await desktop.order('power', 'lock-screen');
    await deployDemoAgent(client, 'broken too', '@exit 3');
    await taskbarShows({ badge: 'badge-failed-1.png' });
    await desktop.order('power', 'unlock-screen');
    await taskbarShows({ badge: null });
    expect(await desktop.order('toasts')).toHaveLength(2);
  });
});
