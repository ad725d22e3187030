/** A small seeded source of choices (mulberry32): a failing run can be made again. */
export class Random {
  #state: number;

  constructor(seed: string) {
    this.#state = 0;
    for (const character of seed) this.#state = (Math.imul(this.#state, 31) + (character.codePointAt(0) ?? 0)) | 0;
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }
}
