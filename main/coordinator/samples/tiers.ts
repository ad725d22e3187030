/** How finely the past is kept: each tier has buckets of a whole number of slots, and a slot is the time of one look. */
import { type HistoryRange, historyRanges } from '../../../protocol/measures.ts';

export const slotMs = 2000;

export interface Tier {
  readonly range: HistoryRange;
  readonly slotsPerBucket: number;
  readonly buckets: number;
}

export const tiers: readonly Tier[] = (['5m', '1h', '24h'] as const).map((range) => ({
  range,
  slotsPerBucket: (historyRanges[range].bucketSeconds * 1000) / slotMs,
  buckets: historyRanges[range].buckets,
}));

/** Numbered from 1970 on, so that buckets of one coordinator and the next fit together. */
export const slotAt = (ms: number): number => Math.floor(ms / slotMs);
export const bucketOf = (slot: number, { slotsPerBucket }: Tier): number => Math.floor(slot / slotsPerBucket);
