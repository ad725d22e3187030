/** How much one search may take: it must not hold up anything else, and an answer is wanted while somebody waits. */
import type { Clock } from '../clock.ts';

export type StoppedBy = 'results' | 'bytes' | 'time';

const mostMs = 2500;
const mostBytes = 512 * 1024 * 1024;

export class Allowance {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #until: number;
  readonly #signal: AbortSignal | undefined;
  #bytes = mostBytes;

  constructor(clock: Pick<Clock, 'monotonic'>, signal?: AbortSignal) {
    this.#clock = clock;
    this.#until = clock.monotonic() + mostMs;
    this.#signal = signal;
  }

  take(bytes: number): void {
    this.#bytes -= bytes;
  }

  /** Why nothing more may be read; null: it may. Who has gone waits for nothing. */
  get over(): 'bytes' | 'time' | null {
    if (this.#bytes <= 0) return 'bytes';
    return this.#signal?.aborted === true || this.#clock.monotonic() > this.#until ? 'time' : null;
  }
}
