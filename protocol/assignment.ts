/**
 * Tasks among workers so that the largest load is as small as it can be: the longest task first to whoever has least
 * (LPT), then moves and swaps, then, where there are few enough, every assignment that could still be better.
 */
import { type BalanceRules, isRatioKept, shareLimit } from './balance.ts';

/** For each worker the places of its tasks in `weights`, and what they weigh together. */
export interface Assignment {
  readonly loads: readonly number[];
  readonly tasks: readonly (readonly number[])[];
  readonly largest: number;
}

/** Looks at a worker's load that are left: a question that takes more is answered with what was found until then. */
export interface Steps {
  left: number;
}

export interface Search {
  readonly best: Assignment | null;
  /** True: nothing better exists; with `best` null, nothing at all. */
  readonly isProven: boolean;
}

/** Loads that differ by less are the same. */
const slack = 1e-9;
/** With more tasks than this the assignments are too many to try, and LPT is near the best anyway. */
const mostTasksToTry = 20;
/** Moves and swaps after LPT; each makes the largest load smaller, so few are ever needed. */
const mostImprovements = 100;

/** Loads are always added up in the order of the tasks, so that equal assignments have equal loads to the last digit. */
function assignmentOf(weights: readonly number[], workers: number, worker: readonly number[]): Assignment {
  const tasks = Array.from({ length: workers }, (): number[] => []);
  for (const [task, of] of worker.entries()) tasks[of]?.push(task);
  const loads = tasks.map((own) => own.reduce((sum, task) => sum + (weights[task] ?? 0), 0));
  return { loads, tasks, largest: Math.max(...loads) };
}

/** Heaviest first; equal ones in the order of the request. */
const heaviestFirst = (weights: readonly number[]): number[] =>
  weights.map((_, task) => task).sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);

/** Within 4/3 of the best, for any number of tasks. */
export function quickAssignment(weights: readonly number[], workers: number): Assignment {
  const loads = Array.from({ length: workers }, () => 0);
  const worker = weights.map(() => 0);
  for (const task of heaviestFirst(weights)) {
    const least = loads.indexOf(Math.min(...loads));
    worker[task] = least;
    loads[least] = (loads[least] ?? 0) + (weights[task] ?? 0);
  }
  for (let step = 0; step < mostImprovements && improve(weights, loads, worker); step++);
  return assignmentOf(weights, workers, worker);
}

/** One move or swap away from the worker with the largest load, the one that helps most; false when none helps. */
function improve(weights: readonly number[], loads: number[], worker: number[]): boolean {
  const most = loads.indexOf(Math.max(...loads));
  const top = loads[most] ?? 0;
  let best = { pair: top * (1 - slack), from: -1, swap: -1, to: -1 };
  const consider = (from: number, swap: number, to: number): void => {
    const moved = (weights[from] ?? 0) - (swap === -1 ? 0 : (weights[swap] ?? 0));
    const pair = Math.max(top - moved, (loads[to] ?? 0) + moved);
    if (moved > 0 && pair < best.pair) best = { pair, from, swap, to };
  };
  for (const [from, owner] of worker.entries()) {
    if (owner !== most) continue;
    for (const to of loads.keys()) if (to !== most) consider(from, -1, to);
    for (const [swap, other] of worker.entries()) if (other !== most) consider(from, swap, other);
  }
  if (best.from === -1) return false;
  const moved = (weights[best.from] ?? 0) - (weights[best.swap] ?? 0);
  loads[most] = top - moved;
  loads[best.to] = (loads[best.to] ?? 0) + moved;
  worker[best.from] = best.to;
  if (best.swap !== -1) worker[best.swap] = most;
  return true;
}

export interface Wanted {
  /** Loads above this are not wanted. */
  readonly limit: number;
  /** Where given, the largest load must be near enough to the smallest. */
  readonly rules: BalanceRules | null;
  /** What is known already; only something better is looked for. */
  readonly known: Assignment | null;
}

/** Branch and bound over all assignments, workers with equal loads taken for one. */
export function search(weights: readonly number[], workers: number, wanted: Wanted, steps: Steps): Search {
  const order = heaviestFirst(weights);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const heaviest = weights[order[0] ?? 0] ?? 0;
  /** No assignment has a smaller largest load. */
  const bound = Math.max(total / workers, heaviest);
  const loads = Array.from({ length: workers }, () => 0);
  const worker = weights.map(() => 0);
  let best = wanted.known;
  let isCut = false;

  const isBetter = (load: number): boolean =>
    load <= wanted.limit && (best === null || load < best.largest * (1 - slack));
  const isBest = (): boolean => best !== null && best.largest <= bound * (1 + slack);
  /** Whether the work that is left can lift everybody as far as the rules want it. */
  const canBeLifted = (largest: number, left: number): boolean => {
    if (wanted.rules === null) return true;
    const least = Math.max(largest, bound) / Math.max(wanted.rules.max_ratio, 1);
    const missing = loads.reduce((sum, load) => sum + Math.max(0, least - load), 0);
    return missing <= left * (1 + slack) + total * slack;
  };

  const place = (at: number, left: number): void => {
    const task = order[at];
    if (task === undefined) return keep();
    const weight = weights[task] ?? 0;
    const tried = new Set<number>();
    for (const to of [...loads.keys()].sort((a, b) => (loads[a] ?? 0) - (loads[b] ?? 0))) {
      const before = loads[to] ?? 0;
      if (tried.has(before) || !isBetter(before + weight)) continue;
      tried.add(before);
      if (isBest()) return;
      if (steps.left <= 0) {
        isCut = true;
        return;
      }
      steps.left -= workers;
      loads[to] = before + weight;
      worker[task] = to;
      if (canBeLifted(Math.max(...loads), left - weight)) place(at + 1, left - weight);
      loads[to] = before;
    }
  };
  const keep = (): void => {
    const found = assignmentOf(weights, workers, worker);
    if (!isBetter(found.largest)) return;
    if (wanted.rules !== null && !isRatioKept(found.largest, Math.min(...found.loads), wanted.rules)) return;
    best = found;
  };
  if (weights.length <= mostTasksToTry) place(0, total);
  else isCut = !isBest();
  return { best, isProven: !isCut };
}

/** The assignment that keeps the rules with the smallest largest load, if there is one. */
export function searchBalanced(
  weights: readonly number[],
  workers: number,
  rules: BalanceRules,
  known: Assignment | null,
  steps: Steps,
): Search {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const limit = shareLimit(total, workers, rules);
  const isKept = (one: Assignment): boolean =>
    one.largest <= limit && isRatioKept(one.largest, Math.min(...one.loads), rules);
  return search(weights, workers, { limit, rules, known: known !== null && isKept(known) ? known : null }, steps);
}
