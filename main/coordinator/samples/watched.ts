/** When the coordinator was there to look: where it was not, nothing is known, which is not the same as nothing used. */

import { slotMs } from './tiers.ts';

/** ms since the epoch. */
export type Span = readonly [from: number, to: number];

/** It says that it is alive at least once a minute, so a longer silence is an absence (suspended, say). */
const longestSilenceMs = 150_000;
const keptMs = 25 * 60 * 60 * 1000;
const mostSpans = 500;

export class Watched {
  #spans: Span[] = [];

  get spans(): readonly Span[] {
    return this.#spans;
  }

  /** Of coordinators before this one. What lies ahead of now was told by another clock. */
  restore(spans: readonly Span[], nowMs: number): void {
    this.#spans = [...spans.filter(([from, to]) => from <= to && to <= nowMs), ...this.#spans].slice(-mostSpans);
  }

  begin(nowMs: number): void {
    this.#spans.push([nowMs, nowMs]);
    if (this.#spans.length > mostSpans) this.#spans.shift();
  }

  alive(nowMs: number): void {
    const last = this.#spans.at(-1);
    if (last !== undefined && nowMs < last[0] && last[0] - nowMs <= slotMs) return; // It begins with the next slot.
    if (last === undefined || nowMs < last[0] || nowMs - last[1] > longestSilenceMs) {
      this.#spans = this.#spans.filter(([, to]) => to <= nowMs && to > nowMs - keptMs);
      return this.begin(nowMs);
    }
    this.#spans[this.#spans.length - 1] = [last[0], nowMs];
  }

  /** It did not run for the last so many seconds. */
  wasAway(seconds: number, nowMs: number): void {
    const last = this.#spans.at(-1);
    if (last !== undefined) this.#spans[this.#spans.length - 1] = [last[0], Math.max(last[0], nowMs - seconds * 1000)];
    this.begin(nowMs);
  }

  /** Which part of the time between two moments it was there, 0 to 1. */
  part(fromMs: number, toMs: number): number {
    let ms = 0;
    for (const [from, to] of this.#spans) ms += Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs));
    return Math.min(1, ms / (toMs - fromMs));
  }
}
