import { expect, test } from 'vitest';
import { LifeWatch } from '../../../main/coordinator/events/life-watch.ts';
import { isEnded } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, fleet } from '../../../protocol/fleet.ts';
import { acceptance } from '../ledger/some-events.ts';

const at = '2025-11-09T14:30:00.000Z';
const agent_id = 'agent_20251109_143000_1';
const starting: ZiggieEvent = { type: 'agent_starting', at, agent_id, attempt: 1, nonce: 'n', token_sha256: 'a' };
const cancelled: ZiggieEvent = {
  type: 'agent_never_began',
  at,
  agent_id,
  as: 'cancelled',
  failure: { code: 'CANCELLED', message: 'as the test says' },
};

function watched() {
  let state = emptyFleet;
  const lives = new LifeWatch(() => state);
  const happen = (event: ZiggieEvent): void => {
    const sequenced = { seq: state.seq + 1, event };
    state = fleet(state, sequenced);
    lives.onEvent(sequenced);
  };
  return { lives, happen };
}

/** What has settled by the end of this turn. */
async function settledOf(waits: readonly Promise<{ life: { status: string } }>[]): Promise<(string | null)[]> {
  const later = new Promise<null>((resolve) => setImmediate(() => resolve(null)));
  return Promise.all(waits.map((wait) => Promise.race([wait.then(({ life }) => life.status), later])));
}

test('settles with the turn it waits for, each for itself, also for an agent that is not there yet', async () => {
  const { lives, happen } = watched();
  const waits = [
    lives.when(agent_id, () => true),
    lives.when(agent_id, ({ life }) => life.status === 'starting'),
    lives.when(agent_id, isEnded),
  ];
  expect(await settledOf(waits)).toEqual([null, null, null]);
  happen(acceptance(1));
  expect(await settledOf(waits)).toEqual(['queued', null, null]);
  happen(acceptance(2));
  happen(starting);
  expect(await settledOf(waits)).toEqual(['queued', 'starting', null]);
  happen(cancelled);
  expect(await settledOf(waits)).toEqual(['queued', 'starting', 'never_began']);
});

test('settles at once with what holds already', async () => {
  const { lives, happen } = watched();
  happen(acceptance(1));
  expect(await settledOf([lives.when(agent_id, ({ life }) => life.status === 'queued')])).toEqual(['queued']);
});
