/** The buckets that a chart shows, with what each group used in them: the answer of the coordinator, and the looks after it. Pure. */
import type { AgentHistory, UsageHistory } from '../../protocol/measures.ts';
import type { MeasuredNow } from '../store/state.ts';
import type { Group, Scope } from './usage-groups.ts';

/** What came by the live feed at a moment. */
export interface LiveLook {
  readonly atMs: number;
  readonly agents: ReadonlyMap<string, MeasuredNow>;
}

export type Measure = 'cpu' | 'memory';

export interface Grid {
  readonly fromMs: number;
  readonly bucketMs: number;
  /** Which part of each bucket the coordinator looked at; 0 is a gap. */
  readonly watched: readonly number[];
  readonly groups: readonly GridGroup[];
}

export interface GridGroup extends Group {
  /** One for each bucket; null: no agent of the group was measured in it. */
  readonly values: readonly (number | null)[];
}

/** Looks of a large fleet lie this far apart at most; what is farther apart has a gap between. */
const longestLookMs = 30_000;

/** `alone`: of one agent, as it was while it ran, not as its part of a whole. */
export function gridOf(
  history: UsageHistory,
  looks: readonly LiveLook[],
  scope: Scope,
  measure: Measure,
  alone = false,
): Grid {
  const bucketMs = history.bucket_seconds * 1000;
  const began = Date.parse(history.from);
  const endMs = began + history.buckets * bucketMs;
  // Only where a bucket is one look do single looks have a place.
  const later = history.range === '5m' ? looks.filter(({ atMs }) => atMs >= endMs) : [];
  const last = later.at(-1);
  const moved = last === undefined ? 0 : Math.floor((last.atMs - endMs) / bucketMs) + 1;
  const size = history.buckets;
  const place = (bucket: number): number => bucket - moved;
  const watched = Array.from({ length: size }, (_, at) => history.watched[at + moved] ?? 0);
  const groups = new Map<string, { group: Group; values: (number | null)[] }>();
  const rowOf = (agentId: string): (number | null)[] | null => {
    const group = scope.groupOf(agentId);
    if (group === null) return null;
    const known = groups.get(group.key);
    if (known !== undefined) return known.values;
    const values = Array<number | null>(size).fill(null);
    groups.set(group.key, { group, values });
    return values;
  };
  const add = (row: (number | null)[] | null, at: number, value: number): void => {
    if (row !== null && at >= 0 && at < size) row[at] = (row[at] ?? 0) + value;
  };
  for (const agent of history.agents) {
    const row = rowOf(agent.agent_id);
    const column = measure === 'cpu' ? agent.cpu_percent : agent.memory_mb;
    column.forEach((value, nth) => {
      const bucket = agent.first + nth;
      if (value !== null) add(row, place(bucket), value * (alone ? 1 : partOf(agent, nth, history, bucket)));
    });
  }
  let before = endMs;
  for (const { atMs, agents } of later) {
    const bucket = Math.floor((atMs - endMs) / bucketMs);
    // What was used is that since the look before, so it holds for the buckets between the two, too.
    const since = atMs - before <= longestLookMs ? Math.ceil((before - endMs) / bucketMs) : bucket;
    for (let at = Math.min(since, bucket); at <= bucket; at++) {
      const to = place(size + at);
      if (to < 0 || watched[to] === 1) continue;
      watched[to] = 1;
      for (const [id, { cpuPercent, memoryMb }] of agents)
        add(rowOf(id), to, measure === 'cpu' ? cpuPercent : memoryMb);
    }
    before = endMs + (bucket + 1) * bucketMs;
  }
  return {
    fromMs: began + moved * bucketMs,
    bucketMs,
    watched,
    groups: [...groups.values()].map(({ group, values }) => ({ ...group, values })),
  };
}

/** How much of what was watched of the bucket it was there. */
function partOf({ covered }: AgentHistory, nth: number, { watched }: UsageHistory, bucket: number): number {
  if (covered === undefined) return 1;
  const part = watched[bucket] ?? 0;
  return part === 0 ? 0 : Math.min(1, (covered[nth] ?? 0) / part);
}
