/** How many of those that are asked for together find a slot: by the rules of admission, and no others. */
import { describe, expect, test } from 'vitest';
import { type Candidate, handOut, type Moment } from '../../../main/coordinator/admission/limits.ts';
import { checkQueueFor } from '../../../main/coordinator/admission/queue-room.ts';
import { configSchema } from '../../../protocol/config.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { addSlots } from '../../../protocol/slots.ts';

const one = (level: number, runtime = 'claude', parent_agent: string | null = null): Candidate => ({
  level,
  runtime,
  parent_agent,
});
const several = (count: number, candidate: Candidate): Candidate[] => Array.from({ length: count }, () => candidate);

function found(
  {
    held = [],
    limits = {},
    ...rest
  }: Partial<Omit<Moment, 'limits' | 'fleet'>> & { held?: Candidate[]; limits?: object },
  asked: readonly Candidate[],
): number {
  const slots = held.reduce((sum, candidate) => addSlots(sum, candidate, 1), emptyFleet.slots);
  const decide = handOut({
    fleet: { ...emptyFleet, slots },
    waitingParents: [],
    underWay: 0,
    freeMemoryMb: null,
    isIntakePaused: false,
    ...rest,
    limits: configSchema.parse({ limits }).limits,
  });
  return asked.filter((candidate) => decide(candidate).is === 'admit').length;
}

describe('a free slot is found', () => {
  test.each([
    ['of all slots', { limits: { max_running: 3, reserved_per_level: 0 }, held: [one(1)] }, several(5, one(1)), 2],
    ['of those not kept for levels below', { limits: { max_running: 6 }, held: [one(1)] }, several(5, one(1)), 3],
    [
      'of those kept, by a level below',
      { limits: { max_running: 6 }, held: several(4, one(1)) },
      [one(2), one(2), one(3), one(3)],
      2,
    ],
    [
      'of one parent’s',
      { limits: { max_running_per_parent: 2 }, held: [one(2, 'claude', 'p')] },
      several(3, one(2, 'claude', 'p')),
      1,
    ],
    ['of a level’s', { limits: { max_running_per_level: { 2: 2 } } }, [...several(4, one(2)), one(3)], 3],
    ['of a runtime’s', { limits: { max_running_per_runtime: { own: 5 } } }, [...several(9, one(1, 'own')), one(1)], 4],
    ['though few start at a time', { limits: { max_starting: 1 }, underWay: 1 }, several(7, one(1)), 7],
    ['by nobody below the memory that is kept', { freeMemoryMb: 1023 }, several(7, one(1)), 0],
    ['by nobody while starts are paused', { isIntakePaused: true }, several(7, one(1)), 0],
  ])('%s', (_, moment, asked, count) => {
    expect(found(moment, asked)).toBe(count);
  });
});

test('those without a slot must fit into the queue beside who waits on, and the refusal says for what they would wait', () => {
  const { limits } = configSchema.parse({ limits: { max_queued: 3 } });
  const fleet = { counts: { ...emptyFleet.counts, queued: 2 } };
  const found = { queued: 1, newcomers: 2, reason: 'waiting: for memory' };
  expect(checkQueueFor(4, fleet, () => found, limits).ok).toBe(true);
  expect(checkQueueFor(5, fleet, () => found, limits)).toMatchObject({
    ok: false,
    failure: {
      code: 'QUEUE_FULL',
      message: expect.stringContaining('2 of them could start now, 2 agents wait already') as string,
      details: { asked: 5, free: 2, queued: 2, reason: 'waiting: for memory' },
    },
  });
});
