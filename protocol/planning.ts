/** plan: who does what, whether that keeps the rules of balance, and what must be split where nobody could keep them. */
import { type Assignment, quickAssignment, search, searchBalanced, type Steps } from './assignment.ts';
import { type BalanceRules, balanceOf, smallestGroup } from './balance.ts';
import { isHopeless, type Split, whatToSplit } from './splitting.ts';
import type { PlanAnswer, PlanRequest } from './plan.ts';

type Task = PlanRequest['tasks'][number];

/** For one plan, all its searches together: some tens of milliseconds. Twelve tasks are done well within them. */
const stepsOfPlan = 600_000;

export function planWork(tasks: readonly Task[], workers: number, rules: BalanceRules): PlanAnswer {
  const steps: Steps = { left: stepsOfPlan };
  const weights = tasks.map(({ weight }) => weight);
  const quick = quickAssignment(weights, workers);
  const smallest = search(weights, workers, { limit: Infinity, rules: null, known: quick }, steps);
  const least = smallest.best ?? quick;
  const balanced = searchBalanced(weights, workers, rules, least, steps);
  const isAffordable = balanced.best !== null && balanced.best.largest <= (least.largest * 4) / 3;
  const chosen = isAffordable && balanced.best !== null ? balanced.best : least;
  const isKept = balanceOf(chosen.loads, rules).is_balanced;
  const isImpossible = balanced.best === null && (balanced.isProven || isHopeless(weights, workers, rules));
  const split = isImpossible ? whatToSplit(weights, workers, rules, steps) : [];
  return {
    ...answerOf(tasks, chosen, rules),
    is_optimal: smallest.isProven && chosen.largest <= least.largest * (1 + 1e-9),
    split: split.map(({ task, weights: parts }) => ({
      task: tasks[task]?.id ?? '',
      parts: parts.length,
      weights: [...parts],
    })),
    advice: adviceOn({ tasks, weights, workers, rules, chosen, split, isKept, isImpossible }),
  };
}

function answerOf(tasks: readonly Task[], { loads, tasks: of }: Assignment, rules: BalanceRules) {
  const { max_share, ratio, is_balanced, load_balance_score } = balanceOf(loads, rules);
  const total = loads.reduce((sum, load) => sum + load, 0);
  const order = [...loads.keys()].sort((a, b) => (loads[b] ?? 0) - (loads[a] ?? 0) || a - b);
  const workers = order.map((from, index) => ({
    worker: index + 1,
    tasks: (of[from] ?? []).flatMap((task) => tasks[task]?.id ?? []),
    weight: loads[from] ?? 0,
    share: (loads[from] ?? 0) / total,
  }));
  return { workers, max_share, ratio, load_balance_score, is_balanced };
}

interface Advised {
  readonly tasks: readonly Task[];
  readonly weights: readonly number[];
  readonly workers: number;
  readonly rules: BalanceRules;
  readonly chosen: Assignment;
  readonly split: readonly Split[];
  readonly isKept: boolean;
  readonly isImpossible: boolean;
}

function adviceOn({ tasks, weights, workers, rules, chosen, split, isKept, isImpossible }: Advised): string[] {
  if (isKept) return [];
  if (workers >= smallestGroup && rules.max_share > 0 && workers * rules.max_share < 1 - 1e-9) {
    return [
      `Use at least ${Math.ceil(1 / rules.max_share - 1e-9)} workers: ${workers} cannot all stay at or below ${percent(rules.max_share)}.`,
    ];
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (split.length > 0) {
    return split.map(({ task, weights: parts }) => {
      const share = (weights[task] ?? 0) / total;
      const tooMuch = workers >= smallestGroup && share > rules.max_share * (1 + 1e-9);
      const why = tooMuch
        ? `alone it is ${percent(share)} of the work, more than ${percent(rules.max_share)}`
        : tasks.length < workers
          ? `${tasks.length} tasks are too few for ${workers} workers`
          : `as they are, the tasks cannot be divided so that the rules of balance are kept`;
      return `Split task ${tasks[task]?.id ?? ''} into ${parts.length} parts: ${why}. Parts of ${parts.map((part) => percent(part / total)).join(', ')} would do.`;
    });
  }
  const share = percent(chosen.largest / total);
  return isImpossible
    ? [`The largest share is ${share}. Use another number of workers, or smaller tasks.`]
    : [
        `The largest share is ${share}. Not every assignment could be tried; smaller tasks make a balanced one likelier.`,
      ];
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
