/**
 * How quickly agents are started: a process exists in milliseconds, but the program in it needs seconds of a core before
 * it waits for its model. A few may start at once; beyond that they are spread over time. By the monotonic clock.
 */
import type { Clock } from '../clock.ts';

export interface PaceOptions {
  /** How many may start at once after a rest. */
  readonly burst: number;
  readonly perSecond: number;
  readonly clock: Pick<Clock, 'monotonic'>;
}

export class StartPace {
  readonly #options: PaceOptions;
  #tokens: number;
  #at: number;

  constructor(options: PaceOptions) {
    this.#options = options;
    this.#tokens = options.burst;
    this.#at = options.clock.monotonic();
  }

  /** Milliseconds until one may start; 0: now. */
  waitMs(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : ((1 - this.#tokens) / this.#options.perSecond) * 1000;
  }

  /** One starts. */
  take(): void {
    this.#refill();
    this.#tokens -= 1;
  }

  #refill(): void {
    const { burst, perSecond, clock } = this.#options;
    const now = clock.monotonic();
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
  }
}
