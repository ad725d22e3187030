/** What each group of a chart had spent since the range began, by the buckets of the chart. Pure. */
import type { UsageHistory } from '../../protocol/measures.ts';
import type { Grid } from './usage-grid.ts';
import type { Group, Scope } from './usage-groups.ts';

/** Of the whole fleet, what no agent is known to have spent: it became known before the coordinator kept whose it was. */
const untold: Group = { key: '\u0000untold', label: 'not told apart' };
/** Sums of many small amounts are not exact. */
const leastUntold = { tokens: 0.5, cost_usd: 0.000_001 };

/** `whole`: the scope is the whole fleet. */
export function spentGrid(history: UsageHistory, scope: Scope, of: 'tokens' | 'cost_usd', whole: boolean): Grid {
  const { buckets, watched, spent } = history;
  const groups = new Map<string, { group: Group; values: number[] }>();
  const rowOf = (group: Group): number[] => {
    const known = groups.get(group.key);
    if (known !== undefined) return known.values;
    const values = Array.from({ length: buckets }, () => 0);
    groups.set(group.key, { group, values });
    return values;
  };
  const left = whole ? [...(spent?.[of] ?? [])] : [];
  for (const agent of history.spent_by) {
    const group = scope.groupOf(agent.agent_id);
    if (group === null) continue;
    agent.at.forEach((at, nth) => {
      const value = agent[of][nth] ?? 0;
      if (value > 0) addAt(rowOf(group), at, value);
      if (left.length > 0) addAt(left, at, -value);
    });
  }
  left.forEach((value, at) => {
    if (value > leastUntold[of]) addAt(rowOf(untold), at, value);
  });
  return {
    fromMs: Date.parse(history.from),
    bucketMs: history.bucket_seconds * 1000,
    watched,
    groups: [...groups.values()].map(({ group, values }) => ({ ...group, values: addedUp(values) })),
  };
}

function addAt(row: number[], at: number, value: number): void {
  row[at] = (row[at] ?? 0) + value;
}

function addedUp(values: readonly number[]): number[] {
  let sofar = 0;
  return values.map((value) => (sofar += value));
}
