/** Which tasks to split, and how, where nobody can divide the work as it is and keep the rules of balance. */
import { quickAssignment, searchBalanced, type Steps } from './assignment.ts';
import { type BalanceRules, balanceOf, isRatioKept, shareLimit } from './balance.ts';

export interface Split {
  /** Place of the task. */
  readonly task: number;
  /** Of its parts, largest first; with these the rules can be kept. */
  readonly weights: readonly number[];
}

/** A split into more parts than this many per worker is no advice. */
const mostPartsPerWorker = 4;
/** Sizes below this share of all work are what pouring leaves of rounding. */
const crumb = 1e-9;

const sumOf = (weights: readonly number[]): number => weights.reduce((sum, weight) => sum + weight, 0);

/** True: without a split nobody can keep the rules, which is plain without trying: a task is too large, or there are too few. */
export const isHopeless = (weights: readonly number[], workers: number, rules: BalanceRules): boolean =>
  weights.length < workers || weights.some((weight) => partsAtLeast(weight, sumOf(weights), workers, rules) > 1);

/**
 * No task is split into fewer parts than it must be whatever becomes of the others; from there on the largest part is split
 * once more until the rules can be kept. Empty where no split is known to help.
 */
export function whatToSplit(weights: readonly number[], workers: number, rules: BalanceRules, steps: Steps): Split[] {
  const total = sumOf(weights);
  const most = mostPartsPerWorker * workers;
  const parts = weights.map((weight) => partsAtLeast(weight, total, workers, rules));
  if (parts.every((count) => count === 1)) splitLargest(weights, parts);
  while (parts.every((count) => count <= most)) {
    const poured = pour(weights, parts, workers);
    if (balanceOf(poured.loads, rules).is_balanced) return poured.splits;
    const equal = equalParts(weights, parts);
    const pieces = weights.flatMap((weight, task) => equal.find((one) => one.task === task)?.weights ?? [weight]);
    if (searchBalanced(pieces, workers, rules, quickAssignment(pieces, workers), steps).best !== null) return equal;
    splitLargest(weights, parts);
  }
  return [];
}

function splitLargest(weights: readonly number[], parts: number[]): void {
  const sizes = weights.map((weight, task) => weight / (parts[task] ?? 1));
  const largest = sizes.indexOf(Math.max(...sizes));
  parts[largest] = (parts[largest] ?? 1) + 1;
}

/** Into how many a task must be split at least, however large each is: until the largest part alone breaks no rule. */
function partsAtLeast(weight: number, total: number, workers: number, rules: BalanceRules): number {
  const most = mostPartsPerWorker * workers + 1;
  for (let parts = 1; parts < most; parts++) {
    const part = weight / parts;
    // Where one worker has that part, somebody else has no more than this.
    const others = workers === 1 ? part : (total - part) / (workers - 1);
    if (part <= shareLimit(total, workers, rules) && (part <= others || isRatioKept(part, others, rules))) return parts;
  }
  return most;
}

const equalParts = (weights: readonly number[], parts: readonly number[]): Split[] =>
  weights.flatMap((weight, task) => {
    const count = parts[task] ?? 1;
    return count === 1 ? [] : [{ task, weights: Array.from({ length: count }, () => weight / count) }];
  });

/** What stays whole is divided first; then each task that is split is poured over as many of the emptiest as it has parts. */
function pour(
  weights: readonly number[],
  parts: readonly number[],
  workers: number,
): { loads: number[]; splits: Split[] } {
  const whole = weights.filter((_, task) => parts[task] === 1);
  const loads = [...quickAssignment(whole, workers).loads];
  const total = sumOf(weights);
  const order = [...weights.keys()].filter((task) => parts[task] !== 1);
  order.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
  const splits = order.map((task) => {
    const emptiest = [...loads.keys()].sort((a, b) => (loads[a] ?? 0) - (loads[b] ?? 0)).slice(0, parts[task]);
    const level = levelOf(
      weights[task] ?? 0,
      emptiest.map((worker) => loads[worker] ?? 0),
    );
    const sizes = emptiest.map((worker) => Math.max(0, level - (loads[worker] ?? 0)));
    for (const [index, worker] of emptiest.entries()) loads[worker] = (loads[worker] ?? 0) + (sizes[index] ?? 0);
    return { task, weights: sizes.filter((size) => size > total * crumb).sort((a, b) => b - a) };
  });
  return { loads, splits: splits.filter((one) => one.weights.length > 1).sort((a, b) => a.task - b.task) };
}

/** How high `amount` fills up vessels that hold `loads` already, lowest first. */
function levelOf(amount: number, loads: readonly number[]): number {
  let level = 0;
  for (let count = 1; count <= loads.length; count++) {
    level = (amount + sumOf(loads.slice(0, count))) / count;
    if (level <= (loads[count] ?? Infinity)) break;
  }
  return level;
}
