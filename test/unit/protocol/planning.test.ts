import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BalanceRules, balanceOf } from '../../../protocol/balance.ts';
import { planAnswerSchema } from '../../../protocol/plan.ts';
import { planWork } from '../../../protocol/planning.ts';

const rules: BalanceRules = { max_share: 0.4, max_ratio: 2 };
const named = (weights: readonly number[]) => weights.map((weight, index) => ({ id: `t${index + 1}`, weight }));
const plan = (weights: readonly number[], workers: number) => planWork(named(weights), workers, rules);

/** Every assignment, one of those that differ only in who is who: the smallest largest load, and whether any keeps the rules. */
function bruteForce(weights: readonly number[], workers: number): { smallest: number; isPossible: boolean } {
  const found = { smallest: Infinity, isPossible: false };
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const loads = Array.from({ length: workers }, () => 0);
  const keepsRules = (largest: number, least: number): boolean =>
    (workers < 3 || largest / total <= 0.4 + 1e-9) &&
    least > 0 &&
    (largest / least < 2 - 1e-9 || largest / least <= 1 + 1e-9);
  const place = (at: number, used: number): void => {
    if (at === weights.length) {
      const largest = Math.max(...loads);
      found.smallest = Math.min(found.smallest, largest);
      found.isPossible ||= keepsRules(largest, Math.min(...loads));
      return;
    }
    for (let to = 0; to < Math.min(used + 1, workers); to++) {
      const before = loads[to] ?? 0;
      loads[to] = before + (weights[at] ?? 0);
      place(at + 1, Math.max(used, to + 1));
      loads[to] = before;
    }
  };
  place(0, 0);
  return found;
}

const anyWeight = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1, max: 4 }),
  fc.double({ min: 0.01, max: 1, noNaN: true }),
  fc.integer({ min: 100, max: 1000 }),
);
const anyWork = fc.record({
  weights: fc.array(anyWeight, { minLength: 1, maxLength: 10 }),
  workers: fc.integer({ min: 1, max: 4 }),
});

test('5,000 times the work of up to ten tasks: judged by trying every assignment', { timeout: 120_000 }, () => {
  const counts = { all: 0, equal: 0, split: 0, balanced: 0, possible: 0 };
  fc.assert(
    fc.property(anyWork, ({ weights, workers }) => {
      const truth = bruteForce(weights, workers);
      const answer = plan(weights, workers);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const ratio = (answer.max_share * total) / truth.smallest;
      counts.all += 1;
      expect(ratio).toBeGreaterThan(1 - 1e-6);
      expect(ratio).toBeLessThan(4 / 3 + 1e-6);
      if (ratio < 1 + 1e-6) counts.equal += 1;
      if (answer.is_optimal) expect(ratio).toBeLessThan(1 + 1e-6);
      // Everything is assigned once, and adds up.
      expect(answer.workers.flatMap(({ tasks }) => tasks).sort()).toEqual(
        named(weights)
          .map(({ id }) => id)
          .sort(),
      );
      expect(answer.workers).toHaveLength(workers);
      expect(answer.workers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
      if (answer.is_balanced) {
        counts.balanced += 1;
        expect(truth.isPossible).toBe(true);
        expect(answer.advice).toEqual([]);
      }
      if (answer.split.length > 0) {
        counts.split += 1;
        expect(truth.isPossible, 'nothing must be split where somebody can keep the rules').toBe(false);
        expect(answer.advice).toHaveLength(answer.split.length);
        const pieces = named(weights).flatMap(
          ({ id, weight }) => answer.split.find(({ task }) => task === id)?.weights ?? [weight],
        );
        expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBeCloseTo(total, 6);
        expect(plan(pieces, workers).is_balanced, 'with the parts it names the rules are kept').toBe(true);
      }
      if (truth.isPossible) counts.possible += 1;
      // Ten tasks are few enough to be sure.
      expect(answer.split.length > 0, 'where nobody can, it says what to split').toBe(!truth.isPossible);
      expect(planAnswerSchema.safeParse(answer).success).toBe(true);
    }),
    { numRuns: 5000 },
  );
  expect(counts.equal / counts.all).toBeGreaterThanOrEqual(0.95);
  // It may leave the rules alone only where keeping them costs a third more of the largest share.
  expect(counts.balanced / counts.possible).toBeGreaterThanOrEqual(0.99);
  expect(Math.min(counts.split, counts.balanced)).toBeGreaterThan(500);
});

describe('what it says', () => {
  test('a task that is too large alone', () => {
    const { split, advice, is_balanced, is_optimal } = planWork(
      [
        { id: 't1', weight: 20 },
        { id: 't2', weight: 25 },
        { id: 't3', weight: 55 },
      ],
      3,
      rules,
    );
    expect([is_balanced, is_optimal]).toEqual([false, true]);
    expect(split).toEqual([{ task: 't3', parts: 2, weights: [37.5, 17.5] }]);
    expect(advice).toEqual([
      'Split task t3 into 2 parts: alone it is 55 % of the work, more than 40 %. Parts of 37.5 %, 17.5 % would do.',
    ]);
  });

  test('fewer tasks than workers', () => {
    const { ratio, load_balance_score, split, advice } = plan([5, 5], 3);
    expect([ratio, load_balance_score]).toEqual([null, 0]);
    expect(split).toHaveLength(2);
    expect(advice[0]).toContain('Split task t1 into 2 parts: alone it is 50 % of the work');
  });

  test('tasks that no one can divide', () => {
    expect(plan([1, 1, 1, 1], 3).advice).toEqual([
      'Split task t1 into 2 parts: as they are, the tasks cannot be divided so that the rules of balance are kept. Parts of 12.5 %, 12.5 % would do.',
    ]);
  });

  test('rules that so few workers cannot keep', () => {
    const { advice, split } = planWork(named([1, 1, 1]), 3, { max_share: 0.2, max_ratio: 2 });
    expect(split).toEqual([]);
    expect(advice).toEqual(['Use at least 5 workers: 3 cannot all stay at or below 20 %.']);
  });

  test('workers come in order of falling share', () => {
    const { workers, ratio, load_balance_score } = plan([3, 3, 4], 3);
    expect(workers.map(({ worker, tasks, share }) => [worker, tasks, share])).toEqual([
      [1, ['t3'], 0.4],
      [2, ['t1'], 0.3],
      [3, ['t2'], 0.3],
    ]);
    expect([ratio, load_balance_score]).toEqual([4 / 3, 100]);
  });
});

test.each([
  [5, [9, 5, 3, 24, 3, 3, 23, 20, 4]],
  [4, [19, 13, 3, 3, 5, 4, 6]],
  [6, [6, 29, 9, 1, 14, 3, 17, 27, 5, 8]],
])(
  'among %i workers, of all with the smallest largest share it is one that keeps the rules: %j',
  (workers, weights) => {
    const { is_balanced, is_optimal, split } = plan(weights, workers);
    expect([is_balanced, is_optimal, split]).toEqual([true, true, []]);
  },
);

describe('the rules', () => {
  test.each<[string, number[], boolean]>([
    ['40 % is the most that three may carry', [4, 3, 3], true],
    ['more is too much', [41, 30, 29], false],
    ['of two, one may carry more', [6, 4], true],
    ['twice the smallest is too much', [4, 2, 2, 2], false],
    ['of two as well', [2, 1], false],
    ['one alone is balanced', [7], true],
    ['nothing is too little', [1, 1, 1, 0], false],
    ['sums of fractions count as what they are on paper', [0.1 + 0.2 + 0.1, 0.3, 0.3], true],
  ])('%s', (_, weights, is) => {
    expect(balanceOf(weights, rules).is_balanced).toBe(is);
  });

  test('the score falls with the share and with the ratio, and is null for fewer than three', () => {
    expect(balanceOf([8, 1, 1], rules).load_balance_score).toBeCloseTo(100 * (0.4 / 0.8) * (2 / 8), 9);
    expect(balanceOf([1, 1], rules).load_balance_score).toBeNull();
  });
});

test('a thousand tasks among a hundred workers are planned, within 4/3 of what is possible at all', () => {
  const weights = Array.from({ length: 1000 }, (_, index) => 1 + ((index * 7919) % 97));
  const answer = plan(weights, 100);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  expect(answer.max_share * total).toBeLessThan((4 / 3) * Math.max(total / 100, 97));
  expect(answer.is_balanced).toBe(true);
});
