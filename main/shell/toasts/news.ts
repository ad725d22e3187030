/**
 * What is to be told, and when: only what has come up since the last look, at most once a minute for each branch of the
 * tree, then a summary of what came meanwhile. A pure step, so that it can be tested without a clock.
 */
import type { Fleet } from '../../../protocol/fleet.ts';
import { branchOf } from '../agent-words.ts';
import { needsNow } from './needs-now.ts';
import { type Toast, summaryOf, toastOf } from './words.ts';

export interface ToastNews {
  /** Keys of what was told, is held back, was seen on the screen, or was there from the first look on. null: no look yet. */
  readonly known: ReadonlySet<string> | null;
  /** By branch: when something of it was told last (ms since the epoch), and what has come since. */
  readonly branches: ReadonlyMap<string, { readonly toldAt: number; readonly held: readonly string[] }>;
  /** Approvals that are open: the toast of one that is not any more is taken back. */
  readonly open: ReadonlySet<string>;
}

export const noNews: ToastNews = { known: null, branches: new Map(), open: new Set() };

/** Between two toasts of one branch, ms. */
const quietMs = 60_000;

export interface Look {
  /** ms since the epoch. */
  readonly now: number;
  /** When this start began: what ended before is told by nobody; ms since the epoch. */
  readonly startedAt: number;
  /** The dashboard is before the operator's eyes: it says it itself. */
  readonly watched: boolean;
}

export function toastNews(
  before: ToastNews,
  fleet: Fleet,
  { now, startedAt, watched }: Look,
): { readonly news: ToastNews; readonly tell: readonly Toast[] } {
  const needs = needsNow(fleet, startedAt);
  const known = new Set(needs.keys());
  const open = new Set([...needs.values()].flatMap(({ approval }) => approval?.approval_id ?? []));
  if (before.known === null || watched) return { news: { known, branches: new Map(), open }, tell: [] };
  const branches = new Map(before.branches);
  for (const { key, agent } of needs.values()) {
    if (before.known.has(key)) continue;
    const branch = branchOf(fleet, agent);
    const { toldAt, held } = branches.get(branch) ?? { toldAt: Number.NEGATIVE_INFINITY, held: [] };
    branches.set(branch, { toldAt, held: [...held, key] });
  }
  const tell: Toast[] = [];
  for (const [branch, { toldAt, held }] of branches) {
    if (Math.abs(now - toldAt) < quietMs) continue; // A clock that was put back must not silence a branch for ever.
    const due = held.flatMap((key) => needs.get(key) ?? []); // What was settled meanwhile is no news.
    const [first] = due;
    if (first === undefined) branches.delete(branch);
    else {
      tell.push(due.length === 1 ? toastOf(fleet, first) : summaryOf(fleet, branch, due));
      branches.set(branch, { toldAt: now, held: [] });
    }
  }
  return { news: { known, branches, open }, tell };
}
