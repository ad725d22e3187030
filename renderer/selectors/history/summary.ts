/** What the shown rows of the history come to. */
import type { HistoryRow } from './rows.ts';

export interface HistorySummary {
  readonly agents: number;
  /** Fraction of 1 that completed, of those that completed or went wrong by themselves; null: there are none. */
  readonly success: number | null;
  /** How many that fraction is of. */
  readonly judged: number;
  /** Seconds of those that ran; null: none did. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  /** US dollars; null: nobody told. */
  readonly costUsd: number | null;
  readonly tokens: number | null;
}

export function summaryOf(rows: readonly HistoryRow[]): HistorySummary {
  const completed = rows.filter(({ status }) => status === 'completed').length;
  const judged = completed + rows.filter(({ failure }) => failure !== null).length;
  const seconds = rows.flatMap((row) => row.seconds ?? []).sort((a, b) => a - b);
  return {
    agents: rows.length,
    success: judged === 0 ? null : completed / judged,
    judged,
    p50: percentile(seconds, 0.5),
    p90: percentile(seconds, 0.9),
    p99: percentile(seconds, 0.99),
    costUsd: sumOf(rows, ({ costUsd }) => costUsd),
    tokens: sumOf(rows, ({ tokens }) => tokens),
  };
}

/** Nearest rank: always a value that occurred. `sorted`: the smallest first. */
export const percentile = (sorted: readonly number[], part: number): number | null =>
  sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? null;

const sumOf = (rows: readonly HistoryRow[], of: (row: HistoryRow) => number | null): number | null =>
  rows.reduce<number | null>((sum, row) => {
    const value = of(row);
    return value === null ? sum : (sum ?? 0) + value;
  }, null);
