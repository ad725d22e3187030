/** Which rows of the history are shown, and in what order: read from the address and written to it. */
import type { HistoryRow } from './rows.ts';

export const facets = ['status', 'level', 'runtime', 'verdict', 'reason'] as const;
export type Facet = (typeof facets)[number];

/** Ended within so many seconds; '' is any time. */
export const ranges = ['', '1h', '24h', '7d', '30d'] as const;
export type Range = (typeof ranges)[number];
const rangeSeconds: Readonly<Record<Exclude<Range, ''>, number>> = {
  '1h': 3600,
  '24h': 86_400,
  '7d': 604_800,
  '30d': 2_592_000,
};

export const columns = [
  'ended',
  'agent',
  'status',
  'runtime',
  'duration',
  'attempts',
  'tokens',
  'cost',
  'report',
  'memory',
  'cpu',
] as const;
export type Column = (typeof columns)[number];

export interface HistoryFilter {
  /** Words that must all be there. */
  readonly text: string;
  readonly range: Range;
  /** Also agents that have not ended. */
  readonly all: boolean;
  /** Of each facet the values that are shown; none: every one. */
  readonly chosen: Readonly<Record<Facet, readonly string[]>>;
  readonly sort: Column;
  readonly descending: boolean;
}

export function parseHistory(query: string): HistoryFilter {
  const given = new URLSearchParams(query);
  const [sort = '', direction = ''] = (given.get('sort') ?? '').split('.');
  const column = columns.find((name) => name === sort);
  return {
    text: given.get('q') ?? '',
    range: ranges.find((name) => name === given.get('range')) ?? '',
    all: given.get('all') === '1',
    chosen: {
      status: given.getAll('status'),
      level: given.getAll('level'),
      runtime: given.getAll('runtime'),
      verdict: given.getAll('verdict'),
      reason: given.getAll('reason'),
    },
    sort: column ?? 'ended',
    descending: column === undefined ? true : direction !== 'asc',
  };
}

/** '' for the history as it is when it is first opened. */
export function historyQuery({ text, range, all, chosen, sort, descending }: HistoryFilter): string {
  const query = new URLSearchParams();
  if (text !== '') query.set('q', text);
  if (range !== '') query.set('range', range);
  if (all) query.set('all', '1');
  for (const facet of facets) for (const value of chosen[facet]) query.append(facet, value);
  if (sort !== 'ended' || !descending) query.set('sort', `${sort}.${descending ? 'desc' : 'asc'}`);
  return query.toString();
}

export const isFiltered = ({ text, range, chosen }: HistoryFilter): boolean =>
  text.trim() !== '' || range !== '' || facets.some((facet) => chosen[facet].length > 0);

export const withoutFilter = (filter: HistoryFilter): HistoryFilter => ({
  ...filter,
  text: '',
  range: '',
  chosen: { status: [], level: [], runtime: [], verdict: [], reason: [] },
});

export const withFacet = (filter: HistoryFilter, facet: Facet, values: readonly string[]): HistoryFilter => ({
  ...filter,
  chosen: { ...filter.chosen, [facet]: values },
});

/** The same column again turns the order; another begins with its largest, words with their first. */
export function withSort(filter: HistoryFilter, sort: Column): HistoryFilter {
  if (filter.sort === sort) return { ...filter, descending: !filter.descending };
  return { ...filter, sort, descending: !['agent', 'status', 'runtime', 'report'].includes(sort) };
}

/** '' : a report is neither owed nor there. */
export const facetOf = (row: HistoryRow, facet: Facet): string => {
  switch (facet) {
    case 'status':
      return row.status;
    case 'level':
      return String(row.level);
    case 'runtime':
      return row.runtime;
    case 'verdict':
      return row.verdict ?? 'none';
    case 'reason':
      return row.failure ?? '';
  }
};

/** `now`: ms since the epoch; only a time range looks at it. */
export function filteredRows(rows: readonly HistoryRow[], filter: HistoryFilter, now: number): readonly HistoryRow[] {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const since = filter.range === '' ? null : now - rangeSeconds[filter.range] * 1000;
  const sets = facets.flatMap((facet) =>
    filter.chosen[facet].length === 0 ? [] : [[facet, new Set(filter.chosen[facet])] as const],
  );
  return rows.filter(
    (row) =>
      (filter.all || row.isEnded) &&
      (since === null || (row.endedAt ?? now) >= since) &&
      sets.every(([facet, values]) => values.has(facetOf(row, facet))) &&
      words.every((word) => row.searched.includes(word)),
  );
}

const keys: Readonly<Record<Column, (row: HistoryRow) => number | string | null>> = {
  ended: ({ endedAt }) => endedAt,
  agent: ({ title, type }) => `${type} ${title}`,
  status: ({ words }) => `${words.word} ${words.detail ?? ''}`,
  runtime: ({ runtimeWords }) => runtimeWords,
  duration: ({ seconds }) => seconds,
  attempts: ({ attempts }) => attempts,
  tokens: ({ tokens }) => tokens,
  cost: ({ costUsd }) => costUsd,
  report: ({ verdict }) => verdict,
  memory: ({ memoryMb }) => memoryMb,
  cpu: ({ cpuPercent }) => cpuPercent,
};

const collator = new Intl.Collator('en', { numeric: true });

/** What is unknown stands last in either order; among equals the newest agent stands first. */
export function sortedRows(rows: readonly HistoryRow[], { sort, descending }: HistoryFilter): readonly HistoryRow[] {
  const key = keys[sort];
  const keyed = rows.map((row) => ({ row, key: key(row) }));
  const turn = descending ? -1 : 1;
  keyed.sort((a, b) => {
    const newest = b.row.agent.facts.ordinal - a.row.agent.facts.ordinal;
    if (a.key === null || b.key === null) return a.key === b.key ? newest : a.key === null ? 1 : -1;
    const order =
      typeof a.key === 'number' && typeof b.key === 'number'
        ? a.key - b.key
        : collator.compare(String(a.key), String(b.key));
    return order === 0 ? newest : order * turn;
  });
  return keyed.map(({ row }) => row);
}

/** The values of a facet that there are, the most frequent first. */
export function facetCounts(rows: readonly HistoryRow[], facet: Facet): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = facetOf(row, facet);
    if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a, x], [b, y]) => y - x || a.localeCompare(b));
}
