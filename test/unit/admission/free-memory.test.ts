import { expect, test } from 'vitest';
import { freeMemory } from '../../../main/coordinator/admission/free-memory.ts';

test('free memory is told in MB, looked at a few times a second at most, and unknown where the system cannot look', () => {
  let [now, bytes, asked] = [0, 3 * 1_048_576 + 5, 0];
  const free = freeMemory(
    () => now,
    () => ((asked += 1), bytes),
  );
  expect([free(), free(), asked]).toEqual([3, 3, 1]);
  [now, bytes] = [250, 0];
  expect(free()).toBeNull();
  [now, bytes] = [500, 1000];
  expect(free()).toBe(0);
  expect(freeMemory()()).toBeGreaterThan(0);
});
