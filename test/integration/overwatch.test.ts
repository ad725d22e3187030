/** The overwatch log of a real coordinator that is killed in the middle of it. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { emptyFleet, fleet } from '../../protocol/fleet.ts';
import { overwatchLines } from '../../protocol/overwatch-line.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';

const used: TestCoordinator[] = [];
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
  for (const coordinator of used.splice(0)) await coordinator.dispose();
});

test('each life event has one line, in order, over three kill -9, and a follower reads them along', async () => {
  const coordinator = await TestCoordinator.start({
    config: { default_runtime: 'demo', report: { required: false } },
  });
  used.push(coordinator);
  const follower = startZiggie(['--root', coordinator.root, 'logs', '--overwatch', '-f', '-n', '1000']);
  undo.push(() => follower.child.kill());
  for (const round of [1, 2, 3]) {
    const requests = Array.from({ length: 8 }, (_, index) => `round-${round}-${index}`);
    for (const request_id of requests) {
      coordinator.drop(request_id, { request_id, agent_type: 'L1', name: request_id, config: { prompt: '@say x' } });
    }
    await coordinator.answer(requests[0] ?? '');
    await coordinator.crash(); // In the middle of the others.
    await coordinator.start();
    for (const request_id of requests) {
      const { agent_id = '' } = await coordinator.answer(request_id);
      await coordinator.ended(agent_id);
    }
  }
  await coordinator.stop();
  const events = coordinator.journal();
  const last = events.reduce(fleet, emptyFleet);
  const expected = events.map((event) => overwatchLines(event, last)).join('');
  expect(expected.split('\n').length).toBeGreaterThan(90);
  expect(readFileSync(coordinator.path('logs', 'overwatch.log'), 'utf8')).toBe(expected);
  await waitFor('the follower has all', () => follower.out().length >= expected.length, { seen: follower.out });
  expect(follower.out()).toBe(expected);
});
