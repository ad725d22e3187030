/** What an agent and its branch used up, and what they may, as tables. Pure. */
import type { Agent, Tokens } from '../../protocol/agent.ts';
import type { Amounts, BudgetMeasure, BudgetView } from '../../protocol/budget.ts';
import { type Fleet, subtree } from '../../protocol/fleet.ts';
import { tokensOf } from '../../protocol/spending.ts';
import { count, dollars, duration } from './format.ts';
import { agentTitle } from './tree-rows.ts';
import { visible } from './visible-text.ts';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface TableRow {
  readonly label: string;
  /** As `columns`. */
  readonly cells: readonly Cell[];
  /** It adds up the rows above. */
  readonly isSum: boolean;
}

export interface Cell {
  readonly text: string;
  /** For the tooltip; null: the text is exact. */
  readonly exact: string | null;
}

/** null: unknown, which is not nought. */
interface Spent {
  readonly tokens: Tokens | null;
  readonly all: number | null;
  readonly cost: number | null;
}

const kinds = [
  ['Input', 'input'],
  ['Output', 'output'],
  ['Cache read', 'cache_read'],
  ['Cache write', 'cache_write'],
] as const;

/** null: its runtime tells nothing, nor does that of any agent below it. */
export function spentTable(fleet: Fleet, agent: Agent): Table | null {
  const before = ofUsage(agent.usage_before);
  const all = ofUsage(agent.usage);
  const branch = subtree(fleet, agent.facts.agent_id);
  const columns: [string, Spent][] = [
    ...(before.all === null && before.cost === null
      ? []
      : [['This attempt', less(all, before)] as [string, Spent], ['Attempts before', before] as [string, Spent]]),
    ['In all', all],
    ...(branch.length > 1 ? [[`With ${branch.length - 1} below`, ofBranch(branch)] as [string, Spent]] : []),
  ];
  if (columns.every(([, { all: tokens, cost }]) => tokens === null && cost === null)) return null;
  const row = (label: string, isSum: boolean, cell: (spent: Spent) => Cell): TableRow => ({
    label,
    isSum,
    cells: columns.map(([, spent]) => cell(spent)),
  });
  return {
    columns: columns.map(([name]) => name),
    rows: [
      ...kinds.map(([label, kind]) => row(label, false, ({ tokens }) => number(tokens?.[kind] ?? null))),
      row('Tokens', true, ({ all: tokens }) => number(tokens)),
      row('Cost', true, ({ cost }) => money(cost)),
    ],
  };
}

const ofUsage = ({ tokens, cost_usd: cost }: Agent['usage']): Spent => ({ tokens, all: added(tokens), cost });

function ofBranch(branch: readonly Agent[]): Spent {
  const known = branch.flatMap(({ usage: { tokens } }) => (tokens === null ? [] : [tokens]));
  const costs = branch.flatMap(({ usage: { cost_usd: cost } }) => (cost === null ? [] : [cost]));
  const gone = branch.flatMap(({ spent_by_forgotten: spent }) => (spent === undefined ? [] : [spent]));
  const sum = (kind: keyof Tokens): number => total(known.map((tokens) => tokens[kind]));
  return {
    tokens:
      known.length === 0
        ? null
        : {
            input: sum('input'),
            output: sum('output'),
            cache_read: sum('cache_read'),
            cache_write: sum('cache_write'),
          },
    // Of agents that were cleared away only the sum is known.
    all:
      known.length + gone.length === 0 ? null : total([...branch.map(tokensOf), ...gone.map(({ tokens }) => tokens)]),
    cost: costs.length + gone.length === 0 ? null : total([...costs, ...gone.map(({ cost_usd: cost }) => cost)]),
  };
}

function less(all: Spent, before: Spent): Spent {
  const minus = (a: number | null, b: number | null): number | null => (a === null ? null : Math.max(0, a - (b ?? 0)));
  const { tokens } = all;
  return {
    tokens:
      tokens === null
        ? null
        : {
            input: tokens.input - (before.tokens?.input ?? 0),
            output: tokens.output - (before.tokens?.output ?? 0),
            cache_read: tokens.cache_read - (before.tokens?.cache_read ?? 0),
            cache_write: tokens.cache_write - (before.tokens?.cache_write ?? 0),
          },
    all: minus(all.all, before.all),
    cost: minus(all.cost, before.cost),
  };
}

const measures: readonly (readonly [label: string, measure: BudgetMeasure])[] = [
  ['Cost', 'cost_usd'],
  ['Tokens', 'tokens'],
  ['Agents', 'agents'],
  ['Running time', 'minutes'],
];

/** Only what has a limit, here or above. */
export function budgetTable(view: BudgetView, { agents }: Fleet): Table {
  const rows = measures
    .filter(([, measure]) => view.limit[measure] !== null || view.left[measure] !== null)
    .map(([label, measure]): TableRow => {
      const by = view.bound_by[measure];
      return {
        label,
        isSum: false,
        cells: [
          inUnit(measure, view.limit[measure]),
          inUnit(measure, view.spent[measure]),
          inUnit(measure, view.reserved[measure]),
          inUnit(measure, view.left[measure]),
          { text: boundBy(by, by === null ? undefined : agents.get(by)), exact: by },
        ],
      };
    });
  return { columns: ['Limit', 'Spent', 'Reserved', 'Left', 'Bound by'], rows };
}

function boundBy(by: string | null, agent: Agent | undefined): string {
  if (by === null) return 'nobody';
  return by === 'day' ? 'the day' : agent === undefined ? visible(by) : agentTitle(agent);
}

function inUnit(measure: keyof Amounts, value: number | null): Cell {
  if (value === null) return { text: 'none', exact: null };
  if (measure === 'cost_usd') return money(value);
  return measure === 'minutes' ? { text: duration(value * 60), exact: `${value} min` } : number(value);
}

const unknown: Cell = { text: 'unknown', exact: null };
const number = (value: number | null): Cell => (value === null ? unknown : { text: count(value), exact: null });
const money = (value: number | null): Cell =>
  value === null ? unknown : { text: dollars(value), exact: `$${Math.round(value * 1e6) / 1e6}` };
const total = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const added = (tokens: Tokens | null): number | null =>
  tokens === null ? null : tokens.input + tokens.output + tokens.cache_read + tokens.cache_write;
