/** Tokens and dollars as they became known, in every tier; buckets in which nothing did are left out. */
import { bucketOf, tiers } from './tiers.ts';

/** [bucket, tokens, US dollars] */
export type SpentBucket = readonly [bucket: number, tokens: number, costUsd: number];

/** What somebody has spent in all. */
export interface SpentTotal {
  readonly tokens: number;
  readonly cost_usd: number;
}

export class SpentBuckets {
  /** As `tiers`. */
  readonly tiers: SpentBucket[][];

  constructor(kept: readonly (readonly SpentBucket[])[] = []) {
    this.tiers = tiers.map((_, nth) => [...(kept[nth] ?? [])]);
  }

  add(slot: number, tokens: number, costUsd: number): void {
    if (tokens === 0 && costUsd === 0) return;
    tiers.forEach((tier, nth) => {
      const buckets = this.tiers[nth] ?? [];
      const bucket = bucketOf(slot, tier);
      const last = buckets.at(-1);
      if (last?.[0] === bucket) buckets[buckets.length - 1] = [bucket, last[1] + tokens, last[2] + costUsd];
      else buckets.push([bucket, tokens, costUsd]);
      while ((buckets[0]?.[0] ?? bucket) <= bucket - tier.buckets) buckets.shift();
    });
  }

  /** From bucket `first` on, `count` of them: [place, tokens, US dollars]. */
  from(nth: number, first: number, count: number): readonly SpentBucket[] {
    return (this.tiers[nth] ?? [])
      .map(([bucket, tokens, cost]): SpentBucket => [bucket - first, tokens, Math.round(cost * 1e6) / 1e6])
      .filter(([at]) => at >= 0 && at < count);
  }

  /** True while any tier still reaches back to what it holds. */
  isWithinReach(nowSlot: number): boolean {
    return tiers.some((tier, nth) => (this.tiers[nth]?.at(-1)?.[0] ?? -1) > bucketOf(nowSlot, tier) - tier.buckets);
  }
}
