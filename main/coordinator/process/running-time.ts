/** How long an attempt has run, with the times taken out in which it was paused; and its time limit, which counts the same. */
import type { Life } from '../../../protocol/agent.ts';
import type { Clock } from '../clock.ts';
import { longTimer } from '../long-timer.ts';

/** In milliseconds of one clock: the monotonic one for a run of our own, the wall clock for one that a predecessor began. */
export class RunningTime {
  readonly #startMs: number;
  #pausedMs: number;
  #pausedSinceMs: number | null;

  constructor(startMs: number, pausedMs = 0, pausedSinceMs: number | null = null) {
    this.#startMs = startMs;
    this.#pausedMs = pausedMs;
    this.#pausedSinceMs = pausedSinceMs;
  }

  /** As the journal tells it of a run that is adopted. */
  static of(life: Life, startedAt: string): RunningTime {
    const startMs = Date.parse(startedAt);
    if (!('ran' in life) || life.ran === undefined) return new RunningTime(startMs);
    const atMs = Date.parse(life.ran.at);
    const pausedMs = Math.max(0, atMs - startMs - life.ran.seconds * 1000);
    return new RunningTime(startMs, pausedMs, life.status === 'paused' ? atMs : null);
  }

  pause(atMs: number): void {
    this.#pausedSinceMs ??= atMs;
  }

  resume(atMs: number): void {
    if (this.#pausedSinceMs !== null) this.#pausedMs += Math.max(0, atMs - this.#pausedSinceMs);
    this.#pausedSinceMs = null;
  }

  /** Until then; never below 0. */
  ms(atMs: number): number {
    const untilMs = this.#pausedSinceMs === null ? atMs : Math.min(atMs, this.#pausedSinceMs);
    return Math.max(0, untilMs - this.#startMs - this.#pausedMs);
  }
}

/** Goes by the monotonic clock, and stands still while it is paused. */
export class TimeLimit {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #onUp: () => void;
  #leftMs: number;
  #running: { readonly sinceMs: number; readonly cancel: () => void } | null = null;

  /** Stands still until it is resumed. */
  constructor(leftMs: number, clock: Pick<Clock, 'monotonic'>, onUp: () => void) {
    this.#leftMs = leftMs;
    this.#clock = clock;
    this.#onUp = onUp;
  }

  pause(): void {
    if (this.#running === null) return;
    this.#running.cancel();
    this.#leftMs -= this.#clock.monotonic() - this.#running.sinceMs;
    this.#running = null;
  }

  resume(): void {
    this.#running ??= { sinceMs: this.#clock.monotonic(), cancel: longTimer(this.#leftMs, this.#onUp) };
  }
}
