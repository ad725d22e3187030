/**
 * The update channel of the built desktop under the double of `electron`: the real electron-updater asks a real web server,
 * checks what it fetched and installs it, here as an AppImage, whose installation needs no Windows.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import type { LoginItem, UpdateStatus } from '../../protocol/desktop.ts';
import { type BuiltDouble, buildDouble } from '../rig/electron-double/build.ts';
import type { Desktop } from '../rig/electron-double/desktop.ts';
import { Place, type Started, deployDemoAgent, statusOf } from '../rig/electron-double/ziggie-desktop.ts';
import { type UpdateFeed, updateFeed } from '../rig/update-feed.ts';
import { waitFor } from '../rig/wait-for.ts';

let double: BuiltDouble;
let place: Place;
let feed: UpdateFeed;
beforeAll(async () => {
  double = await buildDouble();
});
afterAll(() => double.remove());
beforeEach(async () => {
  place = new Place(double.url);
  feed = await updateFeed();
  writeFileSync(program(), 'the old version');
  Object.assign(place.env, {
    ELECTRON_DOUBLE_PACKAGED: '1',
    // As where Ziggie's program runs its own scripts.
    ELECTRON_RUN_AS_NODE: '1',
    APPIMAGE: program(),
    XDG_CACHE_HOME: join(place.folder, 'cache'),
  });
});
afterEach(async () => {
  await feed.close();
  await place.remove();
});

const program = (): string => join(place.folder, 'Ziggie.AppImage');
const told = (): string => join(place.folder, 'told-by-the-new-version');
/** A version that says how it was started. */
const newVersion = (): string =>
  `#!/bin/sh\necho "only installed: \${APPIMAGE_EXIT_AFTER_INSTALL:-no}" > '${told()}'\n`;
const theNewOne = () => readFileSync(program(), 'utf8').includes('only installed');

function configure(updates: { channel: string; feed: string }): void {
  mkdirSync(place.root, { recursive: true });
  const sleeper = { kind: 'command', command: '/bin/sleep', args: ['300'], prompt: 'file' };
  writeFileSync(
    join(place.root, 'config.json'),
    JSON.stringify({ updates, runtimes: { sleeper }, report: { required: false } }),
  );
}

/** What the dashboard's page would be answered; there is no window, since the browser is not what is looked at here. */
const ask = ({ desktop, discovery }: Started, verb: string, ...given: readonly unknown[]): Promise<unknown> =>
  desktop.order('invokeFrom', `${discovery.url}/`, `ziggie:${verb}`, ...given);

async function phase(started: Started, wanted: UpdateStatus['phase']): Promise<UpdateStatus> {
  let seen: unknown = null;
  return waitFor(
    `updates that are ${wanted}`,
    async () => {
      const status = (await ask(started, 'updates')) as UpdateStatus;
      seen = status;
      return status.phase === wanted && status;
    },
    { seen: () => [seen, started.desktop.output] },
  );
}

const trayHas = async (desktop: Desktop, label: string): Promise<boolean> =>
  (await desktop.order('tray')).menu.some((entry) => entry === label);

async function sleeper(client: HttpClient): Promise<string> {
  const answer = await client.deploy({
    agent_type: 'L1',
    name: 'sleeper',
    config: { runtime: 'sleeper', prompt: 'Sleep.' },
  });
  if (!answer.ok) expect.fail(answer.failure.message);
  const { agent_id } = answer.value.record;
  await waitFor('the agent', async () => (await statusOf(client, agent_id)) === 'running');
  return agent_id;
}

/** Of the agent's own process and all that carry its name. */
const environmentsOf = (agentId: string): string =>
  place
    .agentProcesses()
    .map((pid) => readFileSync(`/proc/${pid}/environ`, 'latin1'))
    .filter((environ) => environ.includes(`ZIGGIE_AGENT_ID=${agentId}\0`))
    .join('');

test('an update is fetched when told, waits for agents inside the program, and leaves all others running', async () => {
  configure({ channel: 'notify', feed: 'http://127.0.0.1:9/nobody' });
  const started = await place.start('--hidden');
  const { desktop, client } = started;

  // Nobody listens there: said in words, and nothing else is the matter.
  const failed = await phase(started, 'failed');
  expect(failed.words).toContain('http://127.0.0.1:9/nobody');
  expect(failed.words).not.toContain('\n');

  feed.offer('9.0.0', 'Ziggie-9.0.0.AppImage', newVersion());
  await client.patchSettings({ updates: { feed: feed.url } });
  expect(await phase(started, 'available')).toMatchObject({ available_version: '9.0.0', trouble: null });
  expect(await trayHas(desktop, 'Restart to update to 9.0.0…')).toBe(false);
  expect(feed.asked).toEqual(['/ziggie/latest-linux.yml']);

  await ask(started, 'download-update');
  await phase(started, 'ready');
  expect(await trayHas(desktop, 'Restart to update to 9.0.0…')).toBe(true);
  expect(theNewOne()).toBe(false);

  const inside = await deployDemoAgent(client, 'inside the program', '@work 120s');
  const outside = await sleeper(client);
  await desktop.order('clickMenu', ['Restart to update']);
  const [held] = await waitFor('a question', async () => {
    const open = await desktop.order('dialogs');
    return open.length > 0 && open;
  });
  expect(held?.buttons).toEqual(['Wait until they have ended', 'Stop them all']);
  expect(held?.detail).toContain('1 of them runs inside Ziggie’s own program');
  await desktop.order('press', 'Wait until they have ended');
  expect(await statusOf(client, inside)).toBe('running');

  // Our own program is told to be plain Node; no other agent hears of it, which may start an Electron application.
  expect(environmentsOf(inside)).toContain('ELECTRON_RUN_AS_NODE=1');
  expect(environmentsOf(outside)).not.toContain('ELECTRON_RUN_AS_NODE');
  await client.stop(inside);
  const before = place.agentProcesses();
  await desktop.order('clickMenu', ['Restart to update']);
  const [question] = await waitFor('a question', async () => {
    const open = await desktop.order('dialogs');
    return open.length > 0 && open;
  });
  expect(question?.message).toBe('1 agent is still running. Restart Ziggie to install version 9.0.0?');
  await desktop.order('press', 'Keep them running');
  expect(await desktop.exited).toMatchObject({ code: 0 });
  await waitFor('the new version', () => existsSync(told()));
  expect(theNewOne()).toBe(true);
  expect(readFileSync(told(), 'utf8')).toBe('only installed: no\n');
  expect(place.agentProcesses()).toEqual(before);

  const again = await place.start('--hidden');
  expect(await statusOf(again.client, outside)).toBe('running');
});

test('is installed by the operator’s quit where the channel says so, and by no other end', async () => {
  feed.offer('9.0.0', 'Ziggie-9.0.0.AppImage', newVersion());
  configure({ channel: 'install_on_quit', feed: feed.url });
  const first = await place.start('--hidden');
  await phase(first, 'ready');
  await first.desktop.order('systemQuit');
  expect(await first.desktop.exited).toMatchObject({ code: 0 });
  expect(theNewOne()).toBe(false);

  const second = await place.start('--hidden');
  await phase(second, 'ready');
  await second.desktop.order('clickMenu', ['Quit']);
  expect(await second.desktop.exited).toMatchObject({ code: 0 });
  expect(theNewOne()).toBe(true);
  expect(readFileSync(told(), 'utf8')).toBe('only installed: true\n');
});

test('that is not what its list says is thrown away, and an older version is none', async () => {
  feed.offer('9.0.0', 'Ziggie-9.0.0.AppImage', newVersion(), Buffer.alloc(64).toString('base64'));
  configure({ channel: 'install_on_quit', feed: feed.url });
  const started = await place.start('--hidden');
  const { desktop } = started;
  expect((await phase(started, 'failed')).trouble).toContain('sha512 checksum mismatch');
  await desktop.order('clickMenu', ['Quit']);
  expect(await desktop.exited).toMatchObject({ code: 0 });
  expect(theNewOne()).toBe(false);

  feed.offer('0.0.0-alpha', 'Ziggie-0.0.0.AppImage', newVersion());
  const again = await place.start('--hidden');
  expect(await phase(again, 'up_to_date')).toMatchObject({ available_version: null });
  // Installed, it lets nobody look into its pages.
  const { menu, removedSwitches } = await again.desktop.order('defences', again.discovery.url);
  expect(JSON.stringify(menu)).not.toContain('DevTools');
  expect(removedSwitches).toContain('remote-debugging-port');
  // On this system there is no start at login to switch; it says so, and takes nothing but true and false.
  const item = (await ask(again, 'login-item')) as LoginItem;
  expect(item).toMatchObject({ state: 'unavailable', can_change: false });
  expect(await trayHas(again.desktop, 'Start at login (not available here)')).toBe(true);
  await expect(again.desktop.order('clickMenu', ['Start at login'])).rejects.toThrow('cannot be clicked');
  await expect(ask(again, 'set-login-item', 'yes')).rejects.toThrow('true or false');
});
