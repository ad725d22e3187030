/** What the navigation counts beside its words. */
import type { Fleet } from '../../protocol/fleet.ts';
import type { View } from '../store/route.ts';
import { reportState } from './status-language.ts';

/** A number beside the word: how many wait there; `loud`: for a person. */
export interface NavCount {
  readonly count: number;
  readonly loud: boolean;
  /** What it counts ("3 wait to start"). */
  readonly words: string;
}

export function navCounts(fleet: Fleet): Partial<Record<View, NavCount>> {
  const queued = fleet.counts.queued + fleet.counts.backoff;
  const open = [...fleet.approvals.values()].filter(({ status }) => status === 'open').length;
  let reports = 0;
  for (const agent of fleet.agents.values()) {
    const { kind } = reportState(agent);
    if (kind === 'missing' || kind === 'problems') reports += 1;
  }
  return {
    queue: { count: queued, loud: false, words: `${queued} ${queued === 1 ? 'waits' : 'wait'} to start` },
    approvals: { count: open, loud: true, words: `${open} ${open === 1 ? 'waits' : 'wait'} for a decision` },
    reports: { count: reports, loud: false, words: `${reports} missing or with problems` },
  };
}
