/** Tokens and dollars of the whole fleet over time, as they become known. */
import { type DaySpent, noDay } from '../../../protocol/spending.ts';
import { bucketOf, tiers } from './tiers.ts';

/** [bucket, tokens, US dollars] */
export type SpentBucket = readonly [bucket: number, tokens: number, costUsd: number];

export interface SpentKept {
  /** What the fleet's day said last. */
  readonly day: Pick<DaySpent, 'date' | 'tokens' | 'cost_usd'>;
  /** As `tiers`. */
  readonly tiers: readonly (readonly SpentBucket[])[];
}

export class Spent {
  #day: SpentKept['day'] = noDay;
  readonly #tiers: SpentBucket[][] = tiers.map(() => []);

  get kept(): SpentKept {
    return { day: this.#day, tiers: this.#tiers };
  }

  /** What is spent already when this begins was spent at times that nobody knows. */
  begin(day: DaySpent): void {
    this.#day = day;
  }

  restore({ day, tiers: kept }: SpentKept): void {
    this.#day = day;
    kept.forEach((buckets, nth) => this.#tiers[nth]?.push(...buckets));
  }

  /** `day` is that of the fleet, which counts everything once, whatever is forgotten. */
  add(day: DaySpent, slot: number): void {
    const before = this.#day;
    if (day.tokens === before.tokens && day.cost_usd === before.cost_usd && day.date === before.date) return;
    const isNew = day.date !== before.date;
    const tokens = Math.max(0, day.tokens - (isNew ? 0 : before.tokens));
    const cost = Math.max(0, day.cost_usd - (isNew ? 0 : before.cost_usd));
    this.#day = day;
    if (tokens === 0 && cost === 0) return;
    tiers.forEach((tier, nth) => {
      const buckets = this.#tiers[nth] ?? [];
      const bucket = bucketOf(slot, tier);
      const last = buckets.at(-1);
      if (last?.[0] === bucket) buckets[buckets.length - 1] = [bucket, last[1] + tokens, last[2] + cost];
      else buckets.push([bucket, tokens, cost]);
      while ((buckets[0]?.[0] ?? bucket) <= bucket - tier.buckets) buckets.shift();
    });
  }

  columns(nth: number, first: number, count: number): { tokens: number[]; cost_usd: number[] } {
    const tokens = Array.from({ length: count }, () => 0);
    const cost_usd = [...tokens];
    for (const [bucket, more, cost] of this.#tiers[nth] ?? []) {
      const at = bucket - first;
      if (at < 0 || at >= count) continue;
      tokens[at] = (tokens[at] ?? 0) + more;
      cost_usd[at] = Math.round(((cost_usd[at] ?? 0) + cost) * 1e6) / 1e6;
    }
    return { tokens, cost_usd };
  }
}
