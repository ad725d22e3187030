import { expect, test } from 'vitest';
import { stopAll } from '../../../main/shell/stop-all.ts';
import { type Result, fail, ok } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import type { StopAnswer } from '../../../protocol/verbs.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { type Planned, fleetOf } from './fleet-of.ts';

const branch: Planned[] = [
  { is: 'running' },
  { is: 'running', facts: { parent_agent: 'agent_1' } },
  { is: 'running' },
  { is: 'queued', facts: { parent_agent: 'gone' } },
];

/** A coordinator with this fleet until its first stop, and the other one from then on. */
function coordinatorOf(first: Fleet, then: Fleet, answer: (id: string) => Result<StopAnswer>) {
  const stopped: string[] = [];
  return {
    stopped,
    fleet: () => (stopped.length === 0 ? first : then),
    stop: (id: string) => {
      stopped.push(id);
      return Promise.resolve(answer(id));
    },
  };
}
const fine = (id: string): Result<StopAnswer> => ok({ agent_id: id, status: 'stopped', stopped: [] });
const one = fleetOf({ is: 'running' });
const none = fleetOf();

test('stops the top of each branch, and what is below through it', async () => {
  const coordinator = coordinatorOf(fleetOf(...branch), none, fine);
  expect(await stopAll(coordinator, 'quit')).toEqual([]);
  expect(coordinator.stopped).toEqual(['agent_1', 'agent_3', 'agent_4']);
});

test('says which processes survived', async () => {
  const survivors = [...fleetOf({ is: { status: 'stopped', survivors: [4711, 4712] } }).agents.values()].map(
    agentRecord,
  );
  const coordinator = coordinatorOf(one, none, (id) => ok({ agent_id: id, status: 'stopped', stopped: survivors }));
  expect(await stopAll(coordinator, 'quit')).toEqual(['Of agent_1 these processes survived: 4711, 4712.']);
});

test('gives up after three rounds and says why and what is left', async () => {
  const coordinator = coordinatorOf(one, one, () => fail('INTERNAL', 'It would not stop.'));
  expect(await stopAll(coordinator, 'quit')).toEqual(['It would not stop.', 'L2.1 (agent_1) still runs.']);
  expect(coordinator.stopped).toEqual(['agent_1', 'agent_1', 'agent_1']);
});

test('stops nothing when nothing lives', async () => {
  const coordinator = coordinatorOf(fleetOf({ is: {} }), none, fine);
  expect(await stopAll(coordinator, 'quit')).toEqual([]);
  expect(coordinator.stopped).toEqual([]);
});
