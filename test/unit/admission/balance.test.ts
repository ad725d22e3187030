import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkBalance, type Newcomer } from '../../../main/coordinator/admission/balance.ts';
import type { BalanceNote } from '../../../protocol/agent.ts';
import { balanceOf } from '../../../protocol/balance.ts';
import { type Config, configSchema } from '../../../protocol/config.ts';
import type { Failure } from '../../../protocol/failures.ts';
import { GroupFleet, memberId } from '../../rig/group-fleet.ts';

type Mode = Config['balance']['mode'];
const rules = (mode: Mode): Config['balance'] => ({ ...configSchema.parse({}).balance, mode });
const group = (size: number | null) => ({ id: 'g', size });

/** One parent that deploys one after the other. */
class Parent {
  readonly told = new GroupFleet();
  readonly mode: Mode;

  constructor(mode: Mode) {
    this.mode = mode;
  }

  newcomer(weight: number | null, size: number | null | 'no group', name = `n${weight ?? ''}`): Newcomer {
    const request = { request_id: 'r', agent_type: 'L2', name, estimated_workload: weight };
    return { parent: 'overwatch_001', request: { ...request, group: size === 'no group' ? null : group(size) } };
  }

  /** The note of one that is accepted, or why it is refused. */
  deploy(weight: number | null, size: number | null | 'no group' = null): BalanceNote | Failure {
    const one = this.newcomer(weight, size);
    const judged = checkBalance(this.told.fleet, [one], rules(this.mode));
    if (!judged.ok) return judged.failure;
    const [balance] = judged.value;
    if (balance === undefined || balance === null) throw new Error('it is in no group');
    this.told.accept({ estimated_workload: weight, group: one.request.group, balance });
    return balance;
  }

  batch(weights: readonly number[], size: number | null) {
    return checkBalance(
      this.told.fleet,
      weights.map((weight, index) => this.newcomer(weight, size, `t${index + 1}`)),
      rules(this.mode),
    );
  }
}

const isRefused = (one: BalanceNote | Failure): one is Failure => 'code' in one;
const isFlagged = (one: BalanceNote | Failure): boolean => !isRefused(one) && one.flagged;
const words = (one: BalanceNote | Failure): string => (isRefused(one) ? one.message : one.reasons.join(' '));

describe('three workers that share the work of their Overwatch', () => {
  test.each<Mode>(['enforce', 'strict', 'warn', 'off'])(
    'at 35, 32 and 33 % are admitted with score 100 (%s)',
    (mode) => {
      for (const size of [3, null, 'no group'] as const) {
        const parent = new Parent(mode);
        const notes = [0.35, 0.32, 0.33].map((weight) => parent.deploy(weight, size));
        expect(notes.map(isRefused)).toEqual([false, false, false]);
        expect(notes.map(isFlagged)).toEqual([false, false, false]);
        expect(notes.at(-1)).toMatchObject({ share: 0.33, score: 100 });
      }
    },
  );

  test('at 50, 30 and 20 %, of a stated plan: the first is refused, with the shares and how to mend it', () => {
    const refused = new Parent('enforce').deploy(0.5, 3);
    if (!isRefused(refused)) throw new Error('it was admitted');
    expect(refused.code).toBe('LOAD_BALANCE_VIOLATION');
    expect(refused.message).toContain('n0.5 50 %, 25 % for each of the 2 still to come');
    expect(refused.message).toContain('The largest share is 50 %, more than 40 % (balance.max_share).');
    expect(refused.message).toContain(
      'Split n0.5 into 2 parts of 0.25, each an agent of its own, and state group.size 4.',
    );
    expect(refused.message).toContain('a weight from 0.21 to 0.4 would do');
    expect(refused.details).toMatchObject({
      limits: { max_share: 0.4, max_ratio: 2 },
      weight_that_would_do: { from: 0.21, to: 0.4 },
    });
  });

  test('at 50, 30 and 20 %, without a plan: the first two come in, the third is flagged, or refused where that is strict', () => {
    const [enforced, strict] = [new Parent('enforce'), new Parent('strict')].map((parent) =>
      [0.5, 0.3, 0.2].map((weight) => parent.deploy(weight)),
    );
    expect(enforced?.map(isFlagged)).toEqual([false, false, true]);
    expect(enforced?.at(-1)).toMatchObject({ share: 0.2, ratio: 2.5, score: 64 });
    expect(strict?.map(isRefused)).toEqual([false, false, true]);
    for (const third of [enforced?.[2], strict?.[2]]) {
      expect(third && words(third)).toMatch(/largest share is 50 %, more than 40 %.* 2\.5 times the smallest/);
    }
    expect(strict?.[2] && words(strict[2])).toContain('a weight from 0.45 to 0.53 would do, as the others are.');
  });

  test('a flag only, or nothing at all, where the mode says so', () => {
    const [warned, off] = (['warn', 'off'] as const).map((mode) => new Parent(mode).deploy(0.5, 3));
    expect(warned && [isRefused(warned), isFlagged(warned)]).toEqual([false, true]);
    expect(off && [isRefused(off), isFlagged(off)]).toEqual([false, false]);
  });
});

describe('of one or two only the ratio counts', () => {
  test.each([
    [[1], 1, false],
    [[0.65], 2, false],
    [[0.7], 2, true],
    [[0.4, 0.6], 2, false],
  ])('%j of a plan of %i: refused is %s', (weights, size, is) => {
    const parent = new Parent('enforce');
    expect(weights.map((weight) => isRefused(parent.deploy(weight, size))).at(-1)).toBe(is);
  });

  test('without a plan a first and a second are admitted, however they weigh', () => {
    const parent = new Parent('strict');
    expect([0.99, 0.01].map((weight) => parent.deploy(weight)).some((one) => isRefused(one) || isFlagged(one))).toBe(
      false,
    );
  });
});

test('one too small is refused by what it leaves to the others, and one when nothing is left for them', () => {
  const small = new Parent('enforce').deploy(0.1, 3);
  expect(words(small)).toContain('Each of the 2 still to come would carry 45 %');
  const full = new Parent('enforce').batch([0.4, 0.35, 0.3], 4);
  expect(full.ok ? '' : full.failure.message).toContain(
    'Nothing is left for 1 more: weights are fractions of 1, and these are 1.05 together.',
  );
});

test('a plan may grow, and what its first agents said of its size still counts', () => {
  const parent = new Parent('enforce');
  expect(isRefused(parent.deploy(0.35, 3))).toBe(false);
  // Of two they would be near enough to each other; of three it is too much.
  expect(isRefused(parent.deploy(0.65, 2))).toBe(true);
  expect(isRefused(parent.deploy(0.65, null))).toBe(true);
  expect(isRefused(parent.deploy(0.22, 4))).toBe(false);
});

test('who says nothing of its weight is not judged, and flagged where others do', () => {
  const parent = new Parent('strict');
  expect(isFlagged(parent.deploy(null))).toBe(false);
  parent.deploy(0.3);
  const silent = parent.deploy(null);
  expect([isFlagged(silent), words(silent)]).toEqual([true, expect.stringContaining('no estimated_workload')]);
});

describe('a batch is judged as a whole', () => {
  test('the plan 50, 30, 20 is refused, with who must be split and who then carries what', () => {
    const refused = new Parent('enforce').batch([0.5, 0.3, 0.2], 3);
    if (refused.ok) throw new Error('it was admitted');
    expect(refused.failure.message).toContain('t1 50 %, t2 30 %, t3 20 %.');
    expect(refused.failure.message).toContain(
      'Split t1 into 2 parts, of 0.35 and 0.15. Then 3 agents can carry 0.35 (part 1 of t1), 0.35 (part 2 of t1 and t3), 0.3 (t2).',
    );
    expect(refused.failure.details?.['shares']).toEqual(
      [0.5, 0.3, 0.2].map((share, index) => ({
        agent: `t${index + 1}`,
        agent_id: null,
        estimated_workload: share,
        share,
      })),
    );
  });

  test('without a size it is flagged, all that come with it', () => {
    const judged = new Parent('enforce').batch([0.5, 0.3, 0.2], null);
    expect(judged.ok && judged.value.map((note) => [note?.share, note?.score, note?.flagged])).toEqual([
      [0.5, 64, true],
      [0.3, 64, true],
      [0.2, 64, true],
    ]);
  });

  test('those who are there already count', () => {
    const parent = new Parent('enforce');
    parent.deploy(0.4, 3);
    expect(parent.batch([0.4, 0.2], 3).ok).toBe(false);
    expect(parent.batch([0.3, 0.3], 3).ok).toBe(true);
  });

  test('one group that is wrong refuses the others, too', () => {
    const parent = new Parent('enforce');
    const other = { ...parent.newcomer(0.5, 3), parent: 'overwatch_002' };
    expect(checkBalance(parent.told.fleet, [parent.newcomer(0.3, 3), other], rules('enforce')).ok).toBe(false);
  });
});

describe('who has left its share', () => {
  test('one that failed is replaced by another of its weight', () => {
    const parent = new Parent('enforce');
    for (const weight of [0.35, 0.32, 0.33]) parent.deploy(weight, 3);
    parent.told.start(2).end(2, 'failed', 5);
    expect(parent.deploy(0.32, 3)).toMatchObject({ share: 0.32, score: 100, wave: 1 });
    // The place is taken: a part of one more is too small beside the others.
    expect(isRefused(parent.deploy(0.1, 3))).toBe(true);
  });

  test('a plan that is done begins anew under the same name', () => {
    const parent = new Parent('enforce');
    for (const weight of [0.35, 0.32, 0.33]) parent.deploy(weight, 3);
    for (const ordinal of [1, 2, 3]) parent.told.start(ordinal).end(ordinal, 'completed', 5);
    expect(parent.deploy(0.34, 3)).toMatchObject({ wave: 2, share: 0.34 });
    expect(isRefused(parent.deploy(0.5, 3))).toBe(true);
  });

  test('of those without a group, a wave is over when all in it have ended', () => {
    const parent = new Parent('enforce');
    const waves = [1, 2, 3, 4].map((ordinal) => {
      const note = parent.deploy(0.3, 'no group');
      if (ordinal === 2) parent.told.start(1).end(1, 'completed', 5);
      if (ordinal === 3) for (const ended of [2, 3]) parent.told.start(ended).end(ended, 'failed', 5);
      return isRefused(note) ? null : note.wave;
    });
    expect(waves).toEqual([1, 1, 1, 2]);
    expect(parent.told.fleet.living.has(memberId(4))).toBe(true);
  });
});

const anyWeight = fc.oneof(
  fc.integer({ min: 1, max: 100 }).map((hundredth) => hundredth / 100),
  fc.double({ min: 0.2, max: 0.4, noNaN: true }),
  fc.double({ min: Number.MIN_VALUE, max: 1, noNaN: true }),
);

test('whatever comes, in whatever order: no stated plan is ever filled against the rules, and what is said to do does', () => {
  const counts = { filled: 0, mended: 0 };
  fc.assert(
    fc.property(fc.array(anyWeight, { maxLength: 12 }), fc.integer({ min: 2, max: 5 }), (weights, size) => {
      const parent = new Parent('enforce');
      const admitted: number[] = [];
      for (const weight of weights) {
        const one = parent.deploy(weight, size);
        if (!isRefused(one)) {
          admitted.push(weight);
          if (admitted.length < size) continue;
          counts.filled += 1;
          expect(balanceOf(admitted, rules('enforce')).is_balanced).toBe(true);
          continue;
        }
        const range = one.details?.['weight_that_would_do'] as { from: number; to: number } | null;
        for (const would of range === null ? [] : [range.from, range.to]) {
          counts.mended += 1;
          const judged = checkBalance(parent.told.fleet, [parent.newcomer(would, size)], rules('enforce'));
          expect(judged.ok).toBe(true);
        }
      }
    }),
    { numRuns: 500 },
  );
  expect(Math.min(counts.filled, counts.mended)).toBeGreaterThan(100);
});
