/** The last buckets of one agent in one tier, as numbers in a row: hundreds of agents over a day are a few megabytes. */

/** bucket, CPU: slots, sum, peak; memory: slots, sum, peak. CPU in tenths of a percent, memory in tenths of a MB. */
export const fieldsPerBucket = 7;

export interface Bucket {
  readonly bucket: number;
  /** Slots in which it was measured. */
  readonly cpuSlots: number;
  /** Percent of one core; null: not measured. */
  readonly cpu: number | null;
  readonly cpuPeak: number | null;
  readonly memorySlots: number;
  /** MB; null: not measured. */
  readonly memory: number | null;
  readonly memoryPeak: number | null;
}

/** A bucket of five minutes adds up 150 of these and must stay below 2^31. */
const mostTenths = 10_000_000;
const tenths = (value: number): number => Math.min(mostTenths, Math.max(0, Math.round(value * 10)));

export class Ring {
  readonly #most: number;
  #numbers: Int32Array;
  #start = 0;
  #count = 0;

  /** `kept`: numbers of an earlier one (`toNumbers`), the oldest bucket first. */
  constructor(most: number, kept: Int32Array = new Int32Array(0)) {
    this.#most = most;
    this.#count = Math.min(most, Math.floor(kept.length / fieldsPerBucket));
    this.#numbers = kept.slice(kept.length - this.#count * fieldsPerBucket);
  }

  get count(): number {
    return this.#count;
  }

  /** null: it holds nothing. */
  get newest(): number | null {
    return this.#count === 0 ? null : (this.#numbers[this.#place(this.#count - 1)] ?? null);
  }

  /** One slot more in a bucket. It and those after it go first where they were measured by a clock that was put back since. */
  add(bucket: number, cpuPercent: number | null, memoryMb: number | null): void {
    const wasPutBack = this.newest !== null && this.newest > bucket;
    while (wasPutBack && this.newest !== null && this.newest >= bucket) this.#count -= 1;
    const at = this.newest === bucket ? this.#place(this.#count - 1) : this.#begin(bucket);
    if (cpuPercent !== null) this.#count3(at + 1, tenths(cpuPercent));
    if (memoryMb !== null) this.#count3(at + 4, tenths(memoryMb));
  }

  /** From the oldest on. */
  *from(bucket: number): Generator<Bucket> {
    for (let nth = 0; nth < this.#count; nth++) {
      const at = this.#place(nth);
      if ((this.#numbers[at] ?? 0) >= bucket) yield this.#bucketAt(at);
    }
  }

  toNumbers(): Int32Array {
    const numbers = new Int32Array(this.#count * fieldsPerBucket);
    const head = this.#numbers.subarray(this.#start * fieldsPerBucket).subarray(0, numbers.length);
    numbers.set(head);
    numbers.set(this.#numbers.subarray(0, numbers.length - head.length), head.length);
    return numbers;
  }

  #bucketAt(at: number): Bucket {
    const [bucket = 0, cpuSlots = 0, cpuSum = 0, cpuPeak = 0, memorySlots = 0, memorySum = 0, memoryPeak = 0] =
      this.#numbers.subarray(at, at + fieldsPerBucket);
    return {
      bucket,
      cpuSlots,
      cpu: cpuSlots === 0 ? null : Math.round(cpuSum / cpuSlots) / 10,
      cpuPeak: cpuSlots === 0 ? null : cpuPeak / 10,
      memorySlots,
      memory: memorySlots === 0 ? null : Math.round(memorySum / memorySlots) / 10,
      memoryPeak: memorySlots === 0 ? null : memoryPeak / 10,
    };
  }

  #begin(bucket: number): number {
    if (this.#count < this.#most) {
      if (this.#count * fieldsPerBucket === this.#numbers.length) this.#grow();
      this.#count += 1;
    } else {
      this.#start = (this.#start + 1) % this.#most;
    }
    const at = this.#place(this.#count - 1);
    this.#numbers.fill(0, at, at + fieldsPerBucket);
    this.#numbers[at] = bucket;
    return at;
  }

  #grow(): void {
    const buckets = Math.min(this.#most, Math.max(2, this.#count * 2));
    const larger = new Int32Array(buckets * fieldsPerBucket);
    larger.set(this.toNumbers());
    this.#numbers = larger;
    this.#start = 0;
  }

  #count3(at: number, value: number): void {
    this.#numbers[at] = (this.#numbers[at] ?? 0) + 1;
    this.#numbers[at + 1] = (this.#numbers[at + 1] ?? 0) + value;
    this.#numbers[at + 2] = Math.max(this.#numbers[at + 2] ?? 0, value);
  }

  #place(nth: number): number {
    return ((this.#start + nth) % (this.#numbers.length / fieldsPerBucket || 1)) * fieldsPerBucket;
  }
}
