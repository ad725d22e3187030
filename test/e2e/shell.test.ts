/**
 * The built desktop application, run under a double of `electron` whose windows are real Chromium pages
 * (test/rig/electron-double), with a real coordinator and real agents.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltDouble, buildDouble } from '../rig/electron-double/build.ts';
import type { TrayText, WindowText } from '../rig/electron-double/commands.ts';
import type { Desktop } from '../rig/electron-double/desktop.ts';
import { Place, type Started, deployDemoAgent, statusOf } from '../rig/electron-double/ziggie-desktop.ts';
import { waitFor } from '../rig/wait-for.ts';

let double: BuiltDouble;
beforeAll(async () => {
  double = await buildDouble();
});
afterAll(() => double.remove());

/** Waits until the tray is as `expected`, in the parts given. */
async function trayShows(desktop: Desktop, expected: Partial<Pick<TrayText, 'image' | 'tooltip'>>): Promise<TrayText> {
  let seen: TrayText | null = null;
  return waitFor(
    `a tray with ${JSON.stringify(expected)}`,
    async () => {
      const tray = (seen = await desktop.order('tray'));
      return Object.entries(expected).every(([key, value]) => tray[key as keyof TrayText] === value) && tray;
    },
    { seen: () => seen },
  );
}

async function pageShows(desktop: Desktop, text: string): Promise<void> {
  let seen: unknown = null;
  await waitFor(
    `a page that shows "${text}"`,
    async () => {
      seen = await desktop.order('evaluate', 'document.body.innerText');
      return typeof seen === 'string' && seen.includes(text);
    },
    { seen: () => seen },
  );
}

async function theWindow(desktop: Desktop): Promise<WindowText> {
  const [window, ...others] = await desktop.order('windows');
  expect(others).toEqual([]);
  return window ?? expect.fail('There is no window.');
}

async function dialogOf(desktop: Desktop): Promise<{ message: string; buttons: readonly string[] }> {
  const { message, buttons } = await waitFor('a dialog', async () => (await desktop.order('dialogs'))[0]);
  return { message, buttons };
}

const working = ['@say at work', '@work 120s', '@report done'];
const idle = { image: 'tray-idle.png', tooltip: 'Ziggie: nothing is running' };

describe('from start to stop', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place(double.url);
  });
  afterEach(() => place.remove());

  test('the tray and the page follow an agent, and Stop in the tray’s menu stops it', async () => {
    const { desktop, client } = await place.start();
    await trayShows(desktop, idle);

    const agentId = await deployDemoAgent(client, 'this & that', ...working);
    const { menu } = await trayShows(desktop, { image: 'tray-working.png', tooltip: 'Ziggie: 1 running' });
    expect(menu).toContainEqual({ 'Running (1)': [{ 'L1 this & that': ['Stop'] }] });
    await pageShows(desktop, 'this & that');

    await desktop.order('clickMenu', ['Running', 'L1 this & that', 'Stop']);
    await trayShows(desktop, idle);
    expect(await statusOf(client, agentId)).toBe('stopped');
    expect(place.agentProcesses()).toEqual([]);
  });

  test('what failed while nobody looked is shown until somebody does', async () => {
    const { desktop, client } = await place.start('--hidden');
    expect(await desktop.order('windows')).toEqual([]);
    const agentId = await deployDemoAgent(client, 'broken', '@exit 3');
    const { menu } = await trayShows(desktop, {
      image: 'tray-failed.png',
      tooltip: 'Ziggie: 1 failed since you last looked',
    });
    expect(menu).toContainEqual({ 'Failed (1)': ['L1 broken: failed'] });

    await desktop.order('clickMenu', ['Failed', 'L1 broken']);
    await trayShows(desktop, idle);
    expect((await theWindow(desktop)).url).toMatch(new RegExp(`#/agents/${agentId}`));
    await desktop.order('closeWindow');
    await deployDemoAgent(client, 'next', ...working);
    await trayShows(desktop, { image: 'tray-working.png', tooltip: 'Ziggie: 1 running' });
  });

  test('an agent that ends without its report needs a person', async () => {
    const { desktop, client } = await place.start('--hidden');
    await deployDemoAgent(client, 'silent', '@work 100ms');
    const { menu } = await trayShows(desktop, { image: 'tray-needs-you-1.png', tooltip: 'Ziggie: 1 needs you' });
    expect(menu).toContainEqual({ 'Needs you (1)': ['L1 silent: completed'] });
  });

  test('the demo tree is deployed where it was asked for', async () => {
    const { client } = await place.start('--hidden', '--demo');
    const types = await waitFor('an agent of each level', async () => {
      const list = await client.list();
      const found = list.ok ? list.value.agents.map(({ agent_type }) => agent_type).sort() : [];
      return found.some((type) => type.startsWith('L3')) && found;
    });
    expect(types).toContain('L1');
  });
});

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
  });
});

describe('Quit', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place(double.url);
  });
  afterEach(() => place.remove());

  test('keeps agents running by default, and the next start finds them again and can stop them all', async () => {
    const first = await place.start('--hidden');
    const agentId = await deployDemoAgent(first.client, 'long job', ...working);
    await trayShows(first.desktop, { tooltip: 'Ziggie: 1 running' });
    // The launcher is there a moment before the agent, which alone carries the name of the root.
    const before = await waitFor('the agent', () => {
      const found = place.agentProcesses();
      return found.length > 0 && found;
    });

    await first.desktop.order('clickMenu', ['Quit']);
    expect(await dialogOf(first.desktop)).toEqual({
      message: '1 agent is still running. Quit Ziggie?',
      buttons: ['Keep them running', 'Stop them all', 'Cancel'],
    });
    await first.desktop.order('press', 'Keep them running');
    expect(await first.desktop.exited).toMatchObject({ code: 0 });
    expect(place.agentProcesses()).toEqual(before);

    const second = await place.start('--hidden');
    await trayShows(second.desktop, { tooltip: 'Ziggie: 1 running' });
    expect(await statusOf(second.client, agentId)).toBe('running');
    await second.desktop.order('clickMenu', ['Quit']);
    await dialogOf(second.desktop);
    await second.desktop.order('press', 'Stop them all');
    expect(await second.desktop.exited).toMatchObject({ code: 0 });
    expect(place.agentProcesses()).toEqual([]);
  });

  test('can be called off', async () => {
    const { desktop, client } = await place.start('--hidden');
    const agentId = await deployDemoAgent(client, 'long job', ...working);
    await trayShows(desktop, { tooltip: 'Ziggie: 1 running' });
    await desktop.order('clickMenu', ['Quit']);
    await dialogOf(desktop);
    await desktop.order('press', 'Cancel');
    expect(await statusOf(client, agentId)).toBe('running');
    expect(await desktop.order('dialogs')).toEqual([]);
  });

  test('asks nothing when nothing runs', async () => {
    const { desktop } = await place.start('--hidden');
    await desktop.order('clickMenu', ['Quit']);
    expect(await desktop.exited).toMatchObject({ code: 0 });
  });

  test('by the system keeps agents running and asks nobody', async () => {
    const { desktop, client } = await place.start('--hidden');
    await deployDemoAgent(client, 'long job', ...working);
    await trayShows(desktop, { tooltip: 'Ziggie: 1 running' });
    await desktop.order('systemQuit');
    expect(await desktop.exited).toMatchObject({ code: 0 });
    // It closed in order, and was not cut off.
    expect(place.journal()).toContain('"coordinator_stopped"');
    await waitFor('the agent', () => place.agentProcesses().length > 0);
  });
});

describe('a start that cannot be', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place(double.url);
  });
  afterEach(() => place.remove());

  test('on a root that another coordinator holds says who holds it', async () => {
    const { discovery } = await place.start('--hidden');
    const { code, output } = await place.run([], 'another-home').exited;
    expect(code).toBe(73);
    expect(output).toContain(`The coordinator with pid ${discovery.pid} at ${discovery.url}`);
  });

  test('with a port that is none says what was given', async () => {
    const { code, output } = await place.run(['--port', 'many']).exited;
    expect(code).toBe(64);
    expect(output).toContain('--port was given as "many"');
  });
});
