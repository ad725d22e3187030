import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchTimeGaps } from '../../../main/coordinator/events/time-gap.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Looks once a second; `passed` is what the monotonic clock says has passed at each look, ms. */
function gapsOf(passed: readonly number[], jump = 0): number[] {
  let monotonic = 0;
  const gaps: number[] = [];
  const clock = { now: () => new Date(Date.now() + jump).toISOString(), monotonic: () => monotonic };
  const end = watchTimeGaps(clock, (seconds) => gaps.push(seconds));
  for (const ms of passed) {
    monotonic += ms;
    vi.advanceTimersByTime(1000);
  }
  end();
  monotonic += 100_000;
  vi.advanceTimersByTime(1000);
  return gaps;
}

test('a long pause is told once, with its seconds', () => {
  expect(gapsOf([1000, 1001, 61_000, 1000, 1000])).toEqual([60]);
});
test('a short one, and a wall clock that jumps, are not', () => {
  expect(gapsOf([1000, 5900, 1000, 3000], 86_400_000)).toEqual([]);
});
