import { expect, test } from 'vitest';
import { forgetOldRefusals } from '../../../main/coordinator/commands/old-refusals.ts';
import { fleet as fold, emptyFleet } from '../../../protocol/fleet.ts';
import { failureOf } from '../../../protocol/failures.ts';

test('of what was refused the newest are kept, and what was accepted is never forgotten', () => {
  const failure = failureOf('UNKNOWN_RUNTIME', 'There is none of this name.');
  const at = (nth: number): string => new Date(Date.UTC(2025, 10, 9) + nth * 1000).toISOString();
  let state = emptyFleet;
  const refuse = (nth: number): void => {
    const refused = {
      type: 'request_refused',
      at: at(nth),
      request_id: `r${nth}`,
      request_sha256: 'x',
      failure,
    } as const;
    for (const event of [refused, ...forgetOldRefusals(state, at(nth), 1000)]) {
      state = fold(state, { seq: state.seq + 1, event });
    }
  };
  state = {
    ...state,
    requests: state.requests.set('taken', { sha256: 'x', agent_id: 'a', failure: null, answered: true, at: at(0) }),
  };
  for (let nth = 1; nth <= 5000; nth++) refuse(nth);
  expect(state.requests.size).toBeLessThanOrEqual(1500);
  for (const id of ['taken', 'r5000', 'r4001']) expect(state.requests.has(id), id).toBe(true);
  expect(state.requests.has('r1')).toBe(false);
});
