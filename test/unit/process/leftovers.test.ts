/** What an agent leaves behind is looked for by looks at the process table, of which each can miss somebody. */
import { expect, test } from 'vitest';
import { LeftoverSweep } from '../../../main/coordinator/process/leftovers.ts';
import { SharedLook } from '../../../main/coordinator/process/shared-look.ts';
import { trees } from './held-run.ts';

const mark = { agentId: 'a', attempt: 1, nonce: 'n', leader: { pid: 1, start_time: '1', boot_id: null } };

/** What the sweep does where the looks are these, one after the other. */
async function sweepAfter(
  ...looks: readonly (readonly number[])[]
): Promise<{ ended: number; reaped: number; left: number }> {
  const rest = [...looks];
  let ended = 0;
  const seen = {
    ...trees,
    membersOf: () => new Map([['n', [...(rest.shift() ?? [])]]]),
    endMembers: () => Promise.resolve(((ended += 1), [])),
  };
  const { reaped } = await new LeftoverSweep(seen, new SharedLook(seen)).sweep(mark);
  return { ended, reaped, left: rest.length };
}

test.each([
  ['nobody', [[], []], { ended: 0, reaped: 0 }],
  ['one that leaves by itself', [[7], [], []], { ended: 0, reaped: 0 }],
  ['one that stays', [[7], [7]], { ended: 1, reaped: 1 }],
  ['one between two forks at the first look', [[], [7], [7]], { ended: 1, reaped: 1 }],
  ['one that is another at each look', [[7], [], [8, 9]], { ended: 1, reaped: 2 }],
])('%s is left', async (_, looks, expected) => {
  expect(await sweepAfter(...looks)).toEqual({ ...expected, left: 0 });
});
