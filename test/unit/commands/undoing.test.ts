/** A pause and a stop that came from above stay: an agent undoes what it did itself, or what was done below it. */
import { expect, test } from 'vitest';
import { pausedFromAbove, stoppedFromAbove } from '../../../main/coordinator/commands/undoing.ts';
import type { Principal } from '../../../main/coordinator/facade.ts';
import type { Ending } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, fleet } from '../../../protocol/fleet.ts';
import { failureOf } from '../../../protocol/failures.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

const at = '2025-11-09T14:30:00.000Z';
const ending: Ending = {
  status: 'stopped',
  status_reason: 'stopped',
  source: 'exit_record',
  exit_code: null,
  signal: 'SIGTERM',
  completed_at: at,
  execution_time_seconds: 1,
  report_exists: false,
  report_problems: [],
  stop_steps: ['SIGTERM'],
  survivors: [],
  reaped: 0,
};

const accepted = (agent_id: string, parent_agent: string | null, ordinal: number): ZiggieEvent => ({
  type: 'agent_accepted',
  at,
  request_sha256: '',
  prompt: '',
  facts: agentFacts({ agent_id, parent_agent, ordinal, level: ordinal, request_id: agent_id }),
});
const starting = (agent_id: string): ZiggieEvent => ({
  type: 'agent_starting',
  at,
  agent_id,
  attempt: 1,
  nonce: 'n',
  token_sha256: 't',
});
const above: ZiggieEvent[] = [accepted('top', null, 1), accepted('middle', 'top', 2), accepted('below', 'middle', 3)];

const folded = (...events: readonly ZiggieEvent[]) =>
  [...above, ...events].reduce((state, event, index) => fleet(state, { seq: index + 1, event }), emptyFleet);

const operator: Principal = { kind: 'operator' };
const agent = (agentId: string): Principal => ({ kind: 'agent', agentId });

const pausedBy = (by: string) => {
  const state = folded({ type: 'agent_paused', at, agent_id: 'below', by, reason: null, ran_seconds: 0 });
  return { state, below: state.agents.get('below') as never };
};

const stoppings: readonly [string, (by: string) => ZiggieEvent[]][] = [
  [
    'while it ran',
    (by) => [
      starting('below'),
      { type: 'agent_stopping', at, agent_id: 'below', by, reason: 'stop' },
      { type: 'agent_ended', at, agent_id: 'below', attempt: 1, ending },
    ],
  ],
  [
    'while it waited',
    (by) => [
      {
        type: 'agent_never_began',
        at,
        agent_id: 'below',
        as: 'cancelled',
        failure: failureOf('CANCELLED', 'stopped', { by }),
      },
    ],
  ],
];

test.each([
  ['operator', 'operator', null],
  ['operator', 'middle', 'operator'],
  ['top', 'middle', 'top'],
  ['top', 'top', null],
  ['middle', 'middle', null],
  ['middle', 'top', null],
  ['below', 'middle', null],
])('what %s paused, %s resumes only if nothing above did it', (by, who, kept) => {
  const { state, below } = pausedBy(by);
  expect(pausedFromAbove(state, below, who === 'operator' ? operator : agent(who))).toBe(kept);
});

test.each(stoppings)('what was stopped from above %s is not restarted from below', (_when, stop) => {
  const of = (by: string, who: Principal) => {
    const state = folded(...stop(by));
    return stoppedFromAbove(state, state.agents.get('below') as never, who);
  };
  expect(of('operator', agent('middle'))).toBe('operator');
  expect(of('operator: too dear', agent('middle'))).toBe('operator');
  expect(of('operator', operator)).toBeNull();
  expect(of('middle: wrong way', agent('middle'))).toBeNull();
  expect(of('top', agent('middle'))).toBe('top');
});

test('what ended by itself, or ended under a limit, anybody above may have run again', () => {
  const state = folded(
    starting('below'),
    { type: 'agent_stopping', at, agent_id: 'below', by: 'coordinator', reason: 'timeout' },
    { type: 'agent_ended', at, agent_id: 'below', attempt: 1, ending },
  );
  expect(stoppedFromAbove(state, state.agents.get('below') as never, agent('middle'))).toBeNull();
});
