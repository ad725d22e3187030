/**
 * The tray of the desktop. Run as the built application under a double of `electron` whose windows are real
 * Chromium pages (test/rig/electron-double), with a real coordinator and real agents.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltDouble, buildDouble } from '../rig/electron-double/build.ts';
import { dialogOf, idle, menuShows, pageShows, theWindow, trayShows, working } from '../rig/electron-double/seen.ts';
import { Place, askers, deployAsker, deployDemoAgent, statusOf } from '../rig/electron-double/ziggie-desktop.ts';
import { waitFor } from '../rig/wait-for.ts';

let double: BuiltDouble;
beforeAll(async () => {
  double = await buildDouble();
});
afterAll(() => double.remove());

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
    expect(menu).toContainEqual({ 'Needs you (1)': ['L1 silent: no report'] });
  });

  test('approvals are decided in the menu, and one that was decided elsewhere meanwhile is said', async () => {
    place.configure(askers);
    const { desktop, client } = await place.start('--hidden');
    const agentId = await deployAsker(client, 'careful', 'npm test', 'rm -rf build', 'npm publish');
    const { menu } = await trayShows(desktop, {
      image: 'tray-needs-you-3.png',
      tooltip: 'Ziggie: 1 running, 3 need you',
    });
    const asked = JSON.stringify(menu);
    for (const command of ['npm test', 'rm -rf build', 'npm publish']) {
      expect(asked).toContain(JSON.stringify([command, 'Approve', 'Deny', 'Open']));
    }
    await desktop.order('clickMenu', ['Needs you (3)', 'L1 careful: approve Bash?', 'Approve']);
    await menuShows(desktop, 'Needs you (2)');
    await desktop.order('clickMenu', ['Needs you (2)', 'L1 careful: approve Bash?', 'Deny']);
    await menuShows(desktop, 'Needs you (1)');

    // The menu is on the screen while another operator decides what it still offers.
    await desktop.order('openMenu');
    const open = await client.approvals();
    const last = open.ok ? open.value.approvals[0] : undefined;
    await client.decide(last?.approval_id ?? '', { decision: 'deny' });
    await waitFor('the end of the agent', async () => (await statusOf(client, agentId)) === 'completed');
    await desktop.order('clickMenu', ['Needs you (1)', 'L1 careful: approve Bash?', 'Approve']);
    expect((await dialogOf(desktop)).message).toBe('It could not be approved.');
    await trayShows(desktop, idle);
    const all = await client.approvals({ status: 'all' });
    const outcomes = all.ok ? all.value.approvals.map(({ status }) => status).sort() : [];
    expect(outcomes).toEqual(['allowed', 'denied', 'denied']);
  });

  test('the intake is paused and resumed from the menu, which tells the true state and does not change while it is read', async () => {
    const { desktop, client } = await place.start('--hidden');
    // A config.json that somebody broke by hand takes no change.
    place.configure({ intake_pausd: true });
    await desktop.order('clickMenu', ['Pause intake']);
    expect((await dialogOf(desktop)).message).toBe('The intake could not be paused.');
    await desktop.order('press', 'OK');
    expect((await desktop.order('tray')).menu).toContain('Pause intake');
    place.configure({});
    await desktop.order('clickMenu', ['Pause intake']);
    await trayShows(desktop, { tooltip: 'Ziggie: nothing is running, intake paused' });
    await menuShows(desktop, '✓ Pause intake');
    const agentId = await deployDemoAgent(client, 'patient', ...working);
    await trayShows(desktop, { tooltip: 'Ziggie: 1 queued, intake paused' });
    expect(await statusOf(client, agentId)).toBe('queued');

    await desktop.order('openMenu');
    await client.perform('intake', { paused: false });
    const { menu } = await trayShows(desktop, { tooltip: 'Ziggie: 1 running' });
    expect(menu).toContain('✓ Pause intake');
    await desktop.order('closeMenu');
    await menuShows(desktop, 'Pause intake');
    await menuShows(desktop, 'L1 patient');
    // By another operator, and nothing else happens that would tell of it.
    await client.perform('intake', { paused: true });
    await trayShows(desktop, { tooltip: 'Ziggie: 1 running, intake paused' });
  });

  test('the demo tree is deployed where it was asked for, and the tray follows it from its first agent to its last', async () => {
    const { desktop, client } = await place.start('--hidden', '--demo');
    for (const name of ['L1 Overwatch (demo)', 'L2.2 sprite scanner', 'L3.2.1 detail check']) {
      await menuShows(desktop, name, 30_000);
      expect(await desktop.order('tray')).toMatchObject({ image: 'tray-working.png' });
    }
    await trayShows(desktop, idle, 30_000);
    const list = await client.list();
    const ends = list.ok ? list.value.agents.map(({ status }) => status) : [];
    // One, its three workers, and one below each of those.
    expect(ends).toEqual(Array.from({ length: 7 }, () => 'completed'));
    expect(await desktop.order('toasts')).toEqual([]);
  });
});
