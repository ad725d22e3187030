import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { longTimer } from '../../../main/coordinator/long-timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const dayMs = 86_400_000;

test('waits longer than setTimeout can hold', () => {
  const work = vi.fn<() => void>();
  longTimer(60 * dayMs, work);
  vi.advanceTimersByTime(60 * dayMs - 1);
  expect(work).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledOnce();
  vi.advanceTimersByTime(60 * dayMs);
  expect(work).toHaveBeenCalledOnce();
});

test('is cancelled at any time', () => {
  const work = vi.fn<() => void>();
  const cancel = longTimer(60 * dayMs, work);
  vi.advanceTimersByTime(40 * dayMs);
  cancel();
  vi.advanceTimersByTime(40 * dayMs);
  expect(work).not.toHaveBeenCalled();
});

test('is due at once for a moment that has passed', () => {
  const work = vi.fn<() => void>();
  longTimer(-5, work);
  vi.advanceTimersByTime(0);
  expect(work).toHaveBeenCalledOnce();
});
