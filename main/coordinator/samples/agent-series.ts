/** What one agent used, in every tier. */
import { Ring } from './ring.ts';
import { bucketOf, tiers } from './tiers.ts';

/** Looks of a large fleet lie this far apart at most; what is farther apart has a gap between. */
export const longestLookSlots = 15;

export class AgentSeries {
  /** As `tiers`. */
  readonly rings: readonly Ring[];
  #lastSlot: number | null = null;

  constructor(rings: readonly Ring[] = tiers.map(({ buckets }) => new Ring(buckets))) {
    this.rings = rings;
  }

  /**
   * A look at it. Processor use is that since the look before, so it holds for the slots between the two, too; the first
   * look of a run (no use known) begins anew.
   */
  add(slot: number, cpuPercent: number | null, memoryMb: number | null): void {
    const last = this.#lastSlot;
    this.#lastSlot = slot;
    if (slot === last) return;
    const goesOn = last !== null && cpuPercent !== null && slot > last && slot - last <= longestLookSlots;
    for (let at = goesOn ? last + 1 : slot; at <= slot; at++) {
      tiers.forEach((tier, nth) => this.rings[nth]?.add(bucketOf(at, tier), cpuPercent, memoryMb));
    }
  }

  /** True while any tier still reaches back to what it holds. */
  isWithinReach(nowSlot: number): boolean {
    return tiers.some((tier, nth) => {
      const newest = this.rings[nth]?.newest ?? null;
      return newest !== null && newest > bucketOf(nowSlot, tier) - tier.buckets;
    });
  }
}
