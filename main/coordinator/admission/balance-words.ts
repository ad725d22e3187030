/** What is wrong with how a group is divided, and how to mend it, in words and as data. */
import { type Balance, balanceOf, type BalanceRules, shareLimit, smallestGroup } from '../../../protocol/balance.ts';
import { tidy, withRest } from '../../../protocol/groups.ts';
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
/** A split into more is no advice. */
const mostParts = 10;

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
  const rest = missing === 1 ? 'The one still to come' : `Each of the ${missing} still to come`;
  const who = restCarriesIt ? `${rest} would carry` : 'The largest share is';
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
    share: tidy(weight / sum),
  }));
  const missing = weights.length - all.length;
  const said = list.slice(0, mostNamed).map(({ agent, share }) => `${agent} ${percent(share)}`);
  const more = list.length > mostNamed ? [`${list.length - mostNamed} more`] : [];
  const whom = missing === 1 ? 'the one' : `each of the ${missing}`;
  const rest = missing > 0 ? [`${percent((weights.at(-1) ?? 0) / sum)} for ${whom} still to come`] : [];
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
  const isWhole = weights.length === all.length;
  const [only] = coming;
  const range = coming.length === 1 ? weightsThatDo(there, size, rules) : null;
  const divided = isWhole ? splitOfAll(all, rules) : splitOfOne({ there, coming, weights, size }, rules);
  const words = [...divided.words];
  if (range !== null && only !== undefined) {
    const others = isWhole ? 'as the others are' : 'with the rest of 1 in equal parts';
    words.push(`For ${only.label} a weight from ${decimal(range.from)} to ${decimal(range.to)} would do, ${others}.`);
  }
  const fallback = 'Ask `plan` for weights that keep the rules, or use another number of agents.';
  return { words: words.length === 0 ? [fallback] : words, range, split: divided.split };
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

type Divide = Pick<Mending, 'words' | 'split'>;
const nothing: Divide = { words: [], split: [] };

/** The plan's own advice, and who would do what then. */
function splitOfAll(all: readonly Weighed[], rules: BalanceRules): Divide {
  if (all.length > mostPlanned) return nothing;
  const tasks = all.map(({ weight }, index) => ({ id: String(index), weight }));
  const labelOf = (id: string): string => all[Number(id)]?.label ?? '';
  const { split } = planWork(tasks, all.length, rules);
  if (split.length === 0) return nothing;
  const pieces = tasks.flatMap(({ id, weight }) => {
    const parts = split.find(({ task }) => task === id)?.weights;
    return parts?.map((part, index) => ({ id: `${id}/${index + 1}`, weight: part })) ?? [{ id, weight }];
  });
  const nameOf = (id: string): string => {
    const [task = '', part] = id.split('/');
    return part === undefined ? labelOf(task) : `part ${part} of ${labelOf(task)}`;
  };
  const { workers } = planWork(pieces, all.length, rules);
  const anew = workers.map(({ tasks: of, weight }) => `${decimal(weight)} (${of.map(nameOf).join(' and ')})`);
  return {
    words: [
      ...split.map(
        ({ task, parts, weights }) =>
          `Split ${labelOf(task)} into ${parts} parts, of ${weights.map(decimal).join(' and ')}.`,
      ),
      `Then ${all.length} agents can carry ${anew.join(', ')}.`,
    ],
    split: split.map(({ task, parts, weights }) => ({ agent: labelOf(task), parts, weights })),
  };
}

/** Of one that is too much alone: equal parts, each an agent, in a group that is so much larger. */
function splitOfOne({ there, coming, weights, size }: Divided, rules: BalanceRules): Divide {
  const [one] = coming;
  if (one === undefined || coming.length > 1 || weights.length < smallestGroup) return nothing;
  if (one.weight <= shareLimit(1, weights.length, rules)) return nothing;
  for (let parts = 2; parts <= mostParts; parts++) {
    const equal = Array.from({ length: parts }, () => one.weight / parts);
    const larger = (size ?? 0) + parts - 1;
    const would = withRest([...there.map(({ weight }) => weight), ...equal], larger);
    if (!balanceOf(would, rules).is_balanced) continue;
    return {
      words: [
        `Split ${one.label} into ${parts} parts of ${decimal(one.weight / parts)}, each an agent of its own, and state group.size ${larger}.`,
      ],
      split: [{ agent: one.label, parts, weights: equal }],
    };
  }
  return nothing;
}

const decimal = (value: number): string => String(Number(value.toPrecision(3)));
