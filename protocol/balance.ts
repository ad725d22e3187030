/**
 * The rules of balance within a group of agents that share work, as numbers: nobody carries too large a share (where there
 * are three or more; with one or two a share below half cannot exist), and the largest is not too many times the smallest.
 */

/** `balance` of config.json. */
export interface BalanceRules {
  /** Fraction of 1 that nobody's share may exceed. */
  readonly max_share: number;
  /** The largest by the smallest share stays below this; all alike is always balanced. */
  readonly max_ratio: number;
}

export interface Balance {
  /** Fraction of 1; 0 when there is no work at all. */
  readonly max_share: number;
  /** null: somebody has nothing. */
  readonly ratio: number | null;
  readonly is_balanced: boolean;
  /** 0 to 100; null for fewer than three. */
  readonly load_balance_score: number | null;
}

/** From this many on, `max_share` counts. */
export const smallestGroup = 3;
/** Sums of fractions are off by some last digits: what is equal on paper is equal here. */
const slack = 1e-9;

/** The most that one may carry of `total`, where the group has `count`. */
export const shareLimit = (total: number, count: number, { max_share }: BalanceRules): number =>
  count < smallestGroup ? total : total * (max_share + slack);

/** Whether loads from `smallest` to `largest` are near enough to each other. */
export const isRatioKept = (largest: number, smallest: number, { max_ratio }: BalanceRules): boolean =>
  smallest > 0 && (largest < smallest * (max_ratio - slack) || largest <= smallest * (1 + slack));

/** `weights`: of each of the group, in any unit; at least one. */
export function balanceOf(weights: readonly number[], rules: BalanceRules): Balance {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const largest = Math.max(...weights);
  const smallest = Math.min(...weights);
  const maxShare = total === 0 ? 0 : largest / total;
  const ratio = smallest > 0 ? largest / smallest : null;
  return {
    max_share: maxShare,
    ratio,
    is_balanced: largest <= shareLimit(total, weights.length, rules) && isRatioKept(largest, smallest, rules),
    load_balance_score: weights.length < smallestGroup ? null : scoreOf(maxShare, ratio),
  };
}

/** The same scale whatever the rules of a coordinator are, so that scores can be compared. */
const fullScoreShare = 0.4;
const fullScoreRatio = 2;

const scoreOf = (maxShare: number, ratio: number | null): number =>
  ratio === null ? 0 : 100 * Math.min(1, fullScoreShare / maxShare) * Math.min(1, fullScoreRatio / ratio);
