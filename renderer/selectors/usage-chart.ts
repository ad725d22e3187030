/** What one chart draws: rows of time, a few series, and what is said about them in words. Pure. */
import { count, dollars, megabytes, percent, short } from './format.ts';
import type { Grid } from './usage-grid.ts';

export type ChartKind = 'cpu' | 'memory' | 'tokens' | 'cost';

export interface Series {
  /** Where its values stand in a row. */
  readonly key: `s${number}`;
  /** Of the agent at the top of it; '' where there is none. */
  readonly id: string;
  readonly label: string;
  /** Place in the palette; null: the rest, in grey. */
  readonly colour: number | null;
  /** Over the time that is shown; of what is spent, all of it. */
  readonly average: number;
}

/** `at` in ms since the epoch, where the bucket begins; no value in a row that is a gap. */
export type ChartRow = { readonly at: number; readonly total: number | null } & {
  readonly [key: `s${number}`]: number | null;
};

export interface ChartModel {
  readonly kind: ChartKind;
  readonly bucketMs: number;
  readonly rows: readonly ChartRow[];
  /** In the order of their colours, the rest last. */
  readonly series: readonly Series[];
  /** Of the whole stack; null: nothing was measured. */
  readonly now: number | null;
  readonly average: number | null;
  readonly peak: number | null;
}

/** As many colours as can be told apart, also by those who see fewer. */
export const paletteSize = 6;

/**
 * Which groups have a colour of their own, the same in every chart: those that matter most in any of the grids. Who had one
 * before keeps it while it is among them, so that nothing changes its colour before the eyes.
 */
export function coloursOf(grids: readonly Grid[], before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const parts = new Map<string, number>();
  for (const { groups } of grids) {
    const whole = sum(groups.map(({ values }) => sum(values)));
    for (const { key, values } of groups) {
      parts.set(key, Math.max(parts.get(key) ?? 0, whole === 0 ? 0 : sum(values) / whole));
    }
  }
  const largest = [...parts]
    .sort(([a, partA], [b, partB]) => partB - partA || (a < b ? -1 : 1))
    .slice(0, paletteSize)
    .map(([key]) => key);
  const kept = new Map([...before].filter(([key]) => largest.includes(key)));
  const free = Array.from({ length: paletteSize }, (_, colour) => colour).filter(
    (one) => ![...kept.values()].includes(one),
  );
  for (const key of largest) if (!kept.has(key)) kept.set(key, free.shift() ?? 0);
  return kept;
}

/** `alone`: of one agent, which was not always there. */
export function usageChart(
  kind: ChartKind,
  grid: Grid,
  colours: ReadonlyMap<string, number>,
  alone = false,
): ChartModel {
  const seen = grid.watched.filter((part) => part > 0).length;
  const sized = grid.groups.map(({ key, label, values }) => ({
    id: key,
    label,
    values,
    colour: colours.get(key) ?? null,
    average: sum(values) / Math.max(1, alone ? known(values) : seen),
  }));
  const shown = sized.filter(({ colour }) => colour !== null).sort((a, b) => (a.colour ?? 0) - (b.colour ?? 0));
  const rest = sized.filter(({ colour }) => colour === null);
  const columns = [...shown, ...others(rest)];
  const rows = grid.watched.map((part, at): ChartRow => {
    const row: Record<string, number | null> = {};
    let total: number | null = null;
    columns.forEach(({ values }, nth) => {
      const value = part === 0 ? null : (values[at] ?? (alone ? null : 0));
      row[`s${nth}`] = value;
      if (value !== null) total = (total ?? 0) + value;
    });
    return { ...row, at: grid.fromMs + at * grid.bucketMs, total };
  });
  const series = columns.map(({ id, label, average, colour }, nth): Series => ({
    key: `s${nth}`,
    id,
    label,
    average,
    colour,
  }));
  return { kind, bucketMs: grid.bucketMs, rows, series, ...figures(rows) };
}

/** What was spent since the range began, adding up. `grid` of `spentGrid`. */
export function spentChart(kind: 'tokens' | 'cost', grid: Grid, colours: ReadonlyMap<string, number>): ChartModel {
  const model = usageChart(kind, grid, colours);
  const end = model.rows.findLast(({ total }) => total !== null);
  const series = model.series.map((one) => ({ ...one, average: end?.[one.key] ?? 0 }));
  // In a time of which nothing is known, too, nothing is known to be spent.
  return { ...model, series, now: end?.total ?? 0, average: null, peak: null };
}

export function amount(kind: ChartKind, value: number): string {
  switch (kind) {
    case 'cpu':
      return percent(value);
    case 'memory':
      return megabytes(value);
    case 'tokens':
      return count(value);
    case 'cost':
      return dollars(value);
  }
}

/** The same for an axis, where there is little room. */
export const axisAmount = (kind: ChartKind, value: number): string =>
  axisText(kind, value).replace('.0 ', ' ').replace(' ', '\u00a0');

function axisText(kind: ChartKind, value: number): string {
  if (kind === 'tokens') return short(value);
  if (kind === 'cpu' && value < 10) return `${value.toFixed(1)} %`;
  return kind === 'memory' && value === 0 ? '0 MB' : amount(kind, value);
}

export const kindWords: Readonly<Record<ChartKind, string>> = {
  cpu: 'CPU',
  memory: 'Memory',
  tokens: 'Tokens',
  cost: 'Cost',
};

/** The figures of the chart in a few words. */
export function chartWords({ kind, now, average, peak }: ChartModel): string {
  if (average === null) return now === null ? 'nothing measured' : `${amount(kind, now)} in this time`;
  return figureParts(kind, [now, 'now'], [average, 'avg'], [peak, 'peak']).join(' · ');
}

/** One sentence that says what the picture shows, for those who do not see it. */
export function chartSentence({ kind, now, average, peak, series }: ChartModel, range: string, of: string): string {
  const begin = `${kindWords[kind]} of ${of} over the last ${range}`;
  const each = series.map((one) => `${one.label} ${amount(kind, one.average)}`).join(', ');
  if (average === null) {
    const all = now === null ? 'nothing measured' : amount(kind, now);
    return `${begin}: ${all}.${series.length > 1 ? ` Of it: ${each}.` : ''}`;
  }
  const unit = kind === 'cpu' ? ', in percent of one core' : '';
  const figures = figureParts(kind, [now, 'now'], [average, 'on average'], [peak, 'at the peak']).join(', ');
  return `${begin}${unit}: ${figures}.${series.length > 1 ? ` On average: ${each}.` : ''}`;
}

const figureParts = (kind: ChartKind, ...figures: readonly (readonly [number | null, string])[]): string[] =>
  figures.flatMap(([value, words]) => (value === null ? [] : [`${amount(kind, value)} ${words}`]));

function figures(rows: readonly ChartRow[]): Pick<ChartModel, 'now' | 'average' | 'peak'> {
  const totals = rows.flatMap(({ total }) => (total === null ? [] : [total]));
  if (totals.length === 0) return { now: null, average: null, peak: null };
  return { now: rows.at(-1)?.total ?? null, average: sum(totals) / totals.length, peak: Math.max(...totals) };
}

type Column = { id: string; label: string; values: readonly (number | null)[]; colour: number | null; average: number };

function others(rest: readonly Column[]): Column[] {
  const [first] = rest;
  if (first === undefined || rest.length === 1) return [...rest];
  const values = first.values.map((_, at) => sum(rest.map((group) => group.values[at] ?? 0)));
  const average = sum(rest.map((group) => group.average));
  return [{ id: '', label: `${count(rest.length)} others`, average, values, colour: null }];
}

const known = (values: readonly (number | null)[]): number => values.filter((value) => value !== null).length;
const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0);
