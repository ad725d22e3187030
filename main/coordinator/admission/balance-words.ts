/** What is wrong with how a group is divided, and how to mend it, in words and as data. */
import { type Balance, balanceOf, type BalanceRules, shareLimit, smallestGroup } from '../../../protocol/balance.ts';
import { withRest } from '../../../protocol/groups.ts';
import { planWork } from '../../../protocol/planning.ts';

/** One of a group that stated its weight. */
export interface Weighed {
  readonly label: string;
  /** null: it is to be accepted now. */
  readonly agentId: string | null;
  readonly weight: number;
}

/** More of a group are not named one by one. */
const mostNamed = 10;
/** For larger groups nobody reads a plan in a sentence. */
const mostPlanned = 50;

export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** One sentence for each rule that is broken. `weights`: those who are there and those still to come. */
export function violations(
  weights: readonly number[],
  known: number,
  { max_share, ratio }: Balance,
  rules: BalanceRules,
): string[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const missing = weights.length - known;
  if (missing > 0 && weights.at(-1) === 0) {
    return [`Nothing is left for ${missing} more: weights are fractions of 1, and these are ${decimal(sum)} together.`];
  }
  const restCarriesIt = missing > 0 && Math.max(...weights.slice(0, known)) < max_share * sum - 1e-9;
  const who = restCarriesIt ? `Each of the ${missing} still to come would carry` : 'The largest share is';
  const tooLarge = Math.max(...weights) > shareLimit(sum, weights.length, rules);
  return [
    ...(tooLarge ? [`${who} ${percent(max_share)}, more than ${percent(rules.max_share)} (balance.max_share).`] : []),
    ...(ratio !== null && isRatioBroken(ratio, rules)
      ? [
          `The largest is ${decimal(ratio)} times the smallest; it must stay below ${decimal(rules.max_ratio)} (balance.max_ratio).`,
        ]
      : []),
  ];
}

const isRatioBroken = (ratio: number, { max_ratio }: BalanceRules): boolean =>
  ratio >= max_ratio - 1e-9 && ratio > 1 + 1e-9;

export interface ShareInWords {
  readonly agent: string;
  readonly agent_id: string | null;
  readonly estimated_workload: number;
  readonly share: number;
}

export function sharesInWords(
  all: readonly Weighed[],
  weights: readonly number[],
): { readonly text: string; readonly list: ShareInWords[] } {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const list = all.map(({ label, agentId, weight }) => ({
    agent: label,
    agent_id: agentId,
    estimated_workload: weight,
    share: weight / sum,
  }));
  const missing = weights.length - all.length;
  const said = list.slice(0, mostNamed).map(({ agent, share }) => `${agent} ${percent(share)}`);
  const more = list.length > mostNamed ? [`${list.length - mostNamed} more`] : [];
  const rest = missing > 0 ? [`${percent((weights.at(-1) ?? 0) / sum)} for each of ${missing} still to come`] : [];
  return { text: [...said, ...more, ...rest].join(', '), list };
}

export interface Mending {
  readonly words: string[];
  /** Weights that would do for the one that is to be accepted; null: none, or several are. */
  readonly range: { readonly from: number; readonly to: number } | null;
  readonly split: { readonly agent: string; readonly parts: number; readonly weights: readonly number[] }[];
}

interface Divided {
  readonly there: readonly Weighed[];
  readonly coming: readonly Weighed[];
  /** Of all, those still to come included. */
  readonly weights: readonly number[];
  readonly size: number | null;
}

export function mending({ there, coming, weights, size }: Divided, rules: BalanceRules): Mending {
  const all = [...there, ...coming];
  const [only] = coming;
  const range = coming.length === 1 && only !== undefined ? weightsThatDo(there, size, rules) : null;
  const isWhole = weights.length === all.length;
  const split = isWhole ? splitOfAll(all, rules) : splitOfOne(coming, weights.length, rules);
  const words = [
    ...split.map(
      ({ agent, parts, weights: sizes }) =>
        `Split ${agent} into ${parts} parts${isWhole ? ` (of ${sizes.map(decimal).join(', ')})` : ` (of ${decimal(sizes[0] ?? 0)} or less)`}, each an agent of its own.`,
    ),
    ...(range === null || only === undefined
      ? []
      : [
          `For ${only.label} a weight from ${decimal(range.from)} to ${decimal(range.to)} would do${isWhole ? ' as the others are' : ', with the rest of 1 in equal parts'}.`,
        ]),
  ];
  const fallback = 'Ask `plan` for weights that keep the rules, or use another number of agents.';
  return { words: words.length === 0 ? [fallback] : words, range, split };
}

/** In hundredths; what lies between two that do does, too. */
function weightsThatDo(there: readonly Weighed[], size: number | null, rules: BalanceRules): Mending['range'] {
  const others = there.map(({ weight }) => weight);
  const fit = Array.from({ length: 100 }, (_, index) => (index + 1) / 100).filter(
    (weight) => balanceOf(withRest([...others, weight], size), rules).is_balanced,
  );
  const [from, to] = [fit[0], fit.at(-1)];
  return from === undefined || to === undefined ? null : { from, to };
}

function splitOfAll(all: readonly Weighed[], rules: BalanceRules): Mending['split'] {
  if (all.length > mostPlanned) return [];
  const tasks = all.map(({ weight }, index) => ({ id: String(index), weight }));
  return planWork(tasks, all.length, rules).split.map(({ task, parts, weights }) => ({
    agent: all[Number(task)]?.label ?? '',
    parts,
    weights,
  }));
}

/** Of those whose own weight alone is too much, whatever the others carry. */
function splitOfOne(coming: readonly Weighed[], planned: number, rules: BalanceRules): Mending['split'] {
  if (planned < smallestGroup || rules.max_share <= 0) return [];
  return coming.flatMap(({ label, weight }) => {
    const parts = Math.ceil(weight / rules.max_share - 1e-9);
    return parts < 2 ? [] : [{ agent: label, parts, weights: Array.from({ length: parts }, () => weight / parts) }];
  });
}

const decimal = (value: number): string => String(Number(value.toPrecision(3)));
