/** How long an attempt has run, with the times taken out in which it was paused; and its time limit, which counts the same. */
import type { Life } from '../../../protocol/agent.ts';
import type { Clock } from '../clock.ts';
import { longTimer } from '../long-timer.ts';

/** Ages are told less finely than times. */
const ageSlackSeconds = 1;

/** In milliseconds of the monotonic clock. */
export class RunningTime {
  readonly #startMs: number;
  #pausedMs = 0;
  #pausedSinceMs: number | null;

  constructor(startMs: number, pausedSinceMs: number | null = null) {
    this.#startMs = startMs;
    this.#pausedSinceMs = pausedSinceMs;
  }

  /**
   * As the journal tells it of a run that is adopted: how long it has run by now is known by the wall clock alone, and is no
   * longer than its launcher is old. `ageSeconds`: of the launcher; null where nothing tells.
   */
  static of(life: Life, startedAt: string, clock: Clock, ageSeconds: number | null): RunningTime {
    const nowMs = clock.monotonic();
    const earliestMs = ageSeconds === null ? Number.NEGATIVE_INFINITY : nowMs - (ageSeconds + ageSlackSeconds) * 1000;
    // A wall clock that was put back since makes it begin now, and not in the future.
    const on = (at: string): number => Math.min(nowMs, Date.parse(at) + aheadMs(clock));
    if (!('ran' in life) || life.ran === undefined) return new RunningTime(Math.max(on(startedAt), earliestMs));
    const atMs = on(life.ran.at);
    const beganMs = atMs - life.ran.seconds * 1000;
    return life.status === 'paused' ? new RunningTime(beganMs, atMs) : new RunningTime(Math.max(beganMs, earliestMs));
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

/** How far the monotonic clock is ahead of the wall clock at this moment, milliseconds; most of the time below 0. */
export const aheadMs = (clock: Clock): number => clock.monotonic() - Date.parse(clock.now());

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
