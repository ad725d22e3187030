import { beforeEach, expect, test } from 'vitest';
import { Patience } from '../../../main/coordinator/inbox/patience.ts';

const time = { now: 0 };
const clock = { now: () => '2025-11-09T14:30:00.000Z', monotonic: () => time.now };
let patience = new Patience(clock);
beforeEach(() => {
  time.now = 1000;
  patience = new Patience(clock);
});
const at = (now: number, signature: string, name = 'a.json'): boolean => {
  time.now = now;
  return patience.isOver(name, signature);
};

test('ends when the file did not change for five seconds', () => {
  expect([at(1000, 'x'), at(4000, 'x'), at(5999, 'x'), at(6000, 'x')]).toEqual([false, false, false, true]);
});

test('case 37: begins anew with every change', () => {
  expect([at(1000, 'x'), at(5900, 'y'), at(9800, 'z'), at(14_799, 'z'), at(14_800, 'z')]).toEqual([
    false,
    false,
    false,
    false,
    true,
  ]);
});

test('ends after thirty seconds however busy the writer is', () => {
  for (let now = 1000; now < 31_000; now += 500) expect(at(now, String(now))).toBe(false);
  expect(at(31_000, 'still writing')).toBe(true);
});

test('is each file’s own', () => {
  at(1000, 'x');
  expect(at(6000, 'x', 'b.json')).toBe(false);
  expect(at(6000, 'x')).toBe(true);
});

test('is forgotten with the file, and only then', () => {
  at(1000, 'x');
  patience.keepOnly(new Set(['a.json']));
  expect(at(6000, 'x')).toBe(true);
  patience.keepOnly(new Set());
  expect(at(6001, 'x')).toBe(false);
});
