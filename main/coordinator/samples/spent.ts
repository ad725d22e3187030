/** Tokens and dollars of the whole fleet over time, as they become known. */
import { type DaySpent, noDay } from '../../../protocol/spending.ts';
import { type SpentBucket, SpentBuckets } from './spent-buckets.ts';

export interface SpentKept {
  /** What the fleet's day said last. */
  readonly day: Pick<DaySpent, 'date' | 'tokens' | 'cost_usd'>;
  /** As `tiers`. */
  readonly tiers: readonly (readonly SpentBucket[])[];
}

export class Spent {
  #day: SpentKept['day'] = noDay;
  #buckets = new SpentBuckets();

  get kept(): SpentKept {
    return { day: this.#day, tiers: this.#buckets.tiers };
  }

  /** What is spent already when this begins was spent at times that nobody knows. */
  begin(day: DaySpent): void {
    this.#day = day;
  }

  restore({ day, tiers: kept }: SpentKept): void {
    this.#day = day;
    this.#buckets = new SpentBuckets(kept);
  }

  /** `day` is that of the fleet, which counts everything once, whatever is forgotten. */
  add(day: DaySpent, slot: number): void {
    const before = this.#day;
    if (day.tokens === before.tokens && day.cost_usd === before.cost_usd && day.date === before.date) return;
    const isNew = day.date !== before.date;
    const tokens = Math.max(0, day.tokens - (isNew ? 0 : before.tokens));
    const cost = Math.max(0, day.cost_usd - (isNew ? 0 : before.cost_usd));
    this.#day = day;
    this.#buckets.add(slot, tokens, cost);
  }

  columns(nth: number, first: number, count: number): { tokens: number[]; cost_usd: number[] } {
    const tokens = Array.from({ length: count }, () => 0);
    const cost_usd = [...tokens];
    for (const [at, more, cost] of this.#buckets.from(nth, first, count)) {
      tokens[at] = more;
      cost_usd[at] = cost;
    }
    return { tokens, cost_usd };
  }
}
