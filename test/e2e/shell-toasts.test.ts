/**
 * Toasts of the desktop. Run as the built application under a double of `electron` whose windows are real
 * Chromium pages (test/rig/electron-double), with a real coordinator and real agents.
 */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BuiltDouble, buildDouble } from '../rig/electron-double/build.ts';
import { theWindow, toastOf, trayShows } from '../rig/electron-double/seen.ts';
import { Place, askers, deployAsker, deployDemoAgent, statusOf } from '../rig/electron-double/ziggie-desktop.ts';
import { waitFor } from '../rig/wait-for.ts';

let double: BuiltDouble;
let place: Place;
beforeAll(async () => {
  double = await buildDouble();
});
afterAll(() => double.remove());
beforeEach(() => {
  place = new Place(double.url);
});
afterEach(() => place.remove());

test('a failure is told once, opens the agent, and is not told while the dashboard is looked at nor at the next start', async () => {
  const first = await place.start('--hidden');
  const agentId = await deployDemoAgent(first.client, 'broken', '@exit 3');
  const toast = await toastOf(first.desktop, 'L1 broken');
  expect(toast.body).toContain('Failed: exit 3.');
  expect(toast.buttons).toEqual(['Open log']);
  await first.desktop.order('clickToast', 'L1 broken');
  await waitFor('the agent in the window', async () => (await theWindow(first.desktop)).url.includes(agentId));
  expect(await theWindow(first.desktop)).toMatchObject({ visible: true, focused: true });

  const watched = await deployDemoAgent(first.client, 'watched', '@exit 3');
  await waitFor('its end', async () => (await statusOf(first.client, watched)) === 'failed');
  // The tray is shown anew after each end, and toasts with it: what comes of this one is there when the next is.
  await trayShows(first.desktop, { tooltip: 'Ziggie: nothing is running' });
  await first.desktop.order('closeWindow');
  await deployDemoAgent(first.client, 'unseen', '@exit 3');
  await toastOf(first.desktop, 'L1 unseen');
  expect((await first.desktop.order('toasts')).map(({ title }) => title)).toEqual(['L1 unseen']);
  await first.desktop.order('pressToast', 'L1 unseen', 'Open log');
  await waitFor('its log', async () => (await theWindow(first.desktop)).url.endsWith('/log'));
  await first.desktop.order('clickMenu', ['Quit']);
  await first.desktop.exited;

  const second = await place.start('--hidden');
  await deployDemoAgent(second.client, 'later', '@exit 3');
  await toastOf(second.desktop, 'L1 later');
  expect((await second.desktop.order('toasts')).map(({ title }) => title)).toEqual(['L1 later']);
});

test('an approval is given on its toast, and the toast of one that is decided elsewhere is taken back', async () => {
  place.configure(askers);
  const { desktop, client } = await place.start('--hidden');
  const agentId = await deployAsker(client, 'careful', 'npm test');
  expect(await toastOf(desktop, 'L1 careful')).toMatchObject({
    body: 'Asks to use Bash: npm test. It waits until you approve or deny.',
    buttons: ['Approve', 'Deny'],
  });
  await desktop.order('pressToast', 'L1 careful', 'Approve');
  await waitFor('the end of the agent', async () => (await statusOf(client, agentId)) === 'completed');

  await deployAsker(client, 'other', 'npm publish');
  await toastOf(desktop, 'L1 other');
  const open = await client.approvals();
  const asked = open.ok ? open.value.approvals : [];
  expect(asked).toHaveLength(1);
  await client.decide(asked[0]?.approval_id ?? '', { decision: 'deny' });
  await waitFor('the toast to go', async () => (await desktop.order('toasts')).length === 0);
  const all = await client.approvals({ status: 'all' });
  expect(all.ok ? all.value.approvals.map(({ status }) => status) : []).toEqual(['allowed', 'denied']);
});
