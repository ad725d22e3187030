/**
 * How the desktop starts and ends. Run as the built application under a double of `electron` whose windows are real
 * Chromium pages (test/rig/electron-double), with a real coordinator and real agents.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltDouble, buildDouble } from '../rig/electron-double/build.ts';
import { dialogOf, trayShows, working } from '../rig/electron-double/seen.ts';
import { Place, deployDemoAgent, statusOf } from '../rig/electron-double/ziggie-desktop.ts';
import { waitFor } from '../rig/wait-for.ts';

let double: BuiltDouble;
beforeAll(async () => {
  double = await buildDouble();
});
afterAll(() => double.remove());

/** The launcher is there a moment before the agent, which alone carries the name of the root. */
const agentsOf = (place: Place): Promise<ReturnType<Place['agentProcesses']>> =>
  waitFor('the agent', () => {
    const found = place.agentProcesses();
    return found.length > 0 && found;
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
    const before = await agentsOf(place);

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

describe('the end of the session', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place(double.url);
  });
  afterEach(() => place.remove());

  test('keeps agents, which the next start adopts; sleep and lock are logged, and after a sleep all runs are looked at', async () => {
    const first = await place.start('--hidden');
    const agentId = await deployDemoAgent(first.client, 'long job', ...working);
    await trayShows(first.desktop, { tooltip: 'Ziggie: 1 running' });
    const before = await agentsOf(place);
    for (const event of ['lock-screen', 'suspend', 'resume', 'unlock-screen'] as const) {
      await first.desktop.order('power', event);
    }
    await waitFor('the look', () => place.shellLog().includes('Looked at 1 runs.'));
    for (const words of ['goes to sleep', 'is awake again', 'is locked', 'is unlocked']) {
      expect(place.shellLog()).toMatch(new RegExp(`^\\[\\d{4}-\\d\\d-\\d\\d [\\d:.]+\\] .*${words}`, 'm'));
    }

    // Asked whether it may end, nothing is given up: another application may call it off.
    expect(await first.desktop.order('askSessionEnd')).toBe(false);
    expect(await statusOf(first.client, agentId)).toBe('running');
    await first.desktop.order('endSession');
    expect(await first.desktop.exited).toMatchObject({ code: 0 });
    expect(place.journal()).toContain('the session ends (logoff)');
    expect(place.agentProcesses()).toEqual(before);
    const second = await place.start('--hidden');
    await trayShows(second.desktop, { tooltip: 'Ziggie: 1 running' });
    expect(await statusOf(second.client, agentId)).toBe('running');
  });

  test('waits until agents are stopped, where the settings say so', async () => {
    place.configure({ on_log_off: 'stop' });
    const { desktop, client } = await place.start('--hidden');
    expect(await desktop.order('askSessionEnd')).toBe(false); // Nothing runs that would be worth the wait.
    await client.deploy({ agent_type: 'L1', config: { runtime: 'demo', prompt: working.join('\n') } });
    await trayShows(desktop, { tooltip: 'Ziggie: 1 running' });
    await waitFor('the agent', () => place.agentProcesses().length > 0);
    expect(await desktop.order('askSessionEnd')).toBe(true);
    expect(await desktop.exited).toMatchObject({ code: 0 });
    expect(place.agentProcesses()).toEqual([]);
    expect(place.journal()).toContain('the session is about to end (logoff)');
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
