/** Which agents `ziggie ls` shows when nobody asks for all. Pure. */
import type { AgentRecord } from '../../../protocol/record.ts';
import { hasEnded } from './life.ts';

export interface Visible {
  readonly shown: readonly AgentRecord[];
  /** How many ended agents were left out. */
  readonly hidden: number;
}

/** All that live, the `endedCount` that ended last, and the ancestors of both, so that the tree hangs together. */
export function visibleAgents(records: readonly AgentRecord[], endedCount: number): Visible {
  const ended = records.filter(hasEnded).sort((a, b) => (b.completed_at ?? '').localeCompare(a.completed_at ?? ''));
  const byId = new Map(records.map((record) => [record.agent_id, record]));
  const kept = new Set<string>();
  for (const record of [...records.filter((one) => !hasEnded(one)), ...ended.slice(0, endedCount)]) {
    for (let at: AgentRecord | undefined = record; at !== undefined && !kept.has(at.agent_id);) {
      kept.add(at.agent_id);
      at = at.parent_agent === null ? undefined : byId.get(at.parent_agent);
    }
  }
  const shown = records.filter(({ agent_id }) => kept.has(agent_id));
  return { shown, hidden: records.length - shown.length };
}
