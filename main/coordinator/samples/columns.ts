/** A ring as the wire has it: one value a bucket, in columns. */
import type { AgentHistory } from '../../../protocol/measures.ts';
import type { Bucket, Ring } from './ring.ts';
import type { Tier } from './tiers.ts';

/** From bucket `first` on, over the tier's whole length; null: nothing was measured there. */
export function agentColumns(ring: Ring, tier: Tier, first: number): Omit<AgentHistory, 'agent_id'> | null {
  const known = new Map<number, Bucket>();
  for (const bucket of ring.from(first)) if (bucket.bucket < first + tier.buckets) known.set(bucket.bucket, bucket);
  const [begin] = known.keys();
  const end = [...known.keys()].at(-1);
  if (begin === undefined || end === undefined) return null;
  const row = Array.from({ length: end - begin + 1 }, (_, at) => known.get(begin + at));
  const base = {
    first: begin - first,
    cpu_percent: row.map((bucket) => bucket?.cpu ?? null),
    memory_mb: row.map((bucket) => bucket?.memory ?? null),
  };
  if (tier.slotsPerBucket === 1) return base;
  return {
    ...base,
    cpu_percent_peak: row.map((bucket) => bucket?.cpuPeak ?? null),
    memory_mb_peak: row.map((bucket) => bucket?.memoryPeak ?? null),
    covered: row.map((bucket) => covered(bucket, tier)),
  };
}

function covered(bucket: Bucket | undefined, { slotsPerBucket }: Tier): number {
  const slots = bucket === undefined ? 0 : Math.max(bucket.cpuSlots, bucket.memorySlots);
  return Math.round(Math.min(1, slots / slotsPerBucket) * 1000) / 1000;
}
