import { describe, expect, test } from 'vitest';
import { waitForPace } from '../../../main/coordinator/admission/limits.ts';
import { StartPace } from '../../../main/coordinator/admission/start-pace.ts';
import { configSchema } from '../../../protocol/config.ts';

function paced(): { pace: StartPace; pass: (ms: number) => void } {
  let now = 1000;
  const pace = new StartPace({ burst: 4, perSecond: 10, clock: { monotonic: () => now } });
  return { pace, pass: (ms) => (now += ms) };
}

function takeAll(pace: StartPace): number {
  let count = 0;
  for (; pace.waitMs() === 0; count += 1) pace.take();
  return count;
}

describe('the pace of starts', () => {
  test('lets a few start at once, and then says how long to wait', () => {
    const { pace } = paced();
    expect(takeAll(pace)).toBe(4);
    expect(pace.waitMs()).toBeCloseTo(100);
  });

  test('gives one back for each tenth of a second, and never more than the few', () => {
    const { pace, pass } = paced();
    takeAll(pace);
    pass(99);
    expect(takeAll(pace)).toBe(0);
    pass(1.01);
    expect(takeAll(pace)).toBe(1);
    pass(3_600_000);
    expect(takeAll(pace)).toBe(4);
  });

  test('over a minute is what was asked for', () => {
    const { pace, pass } = paced();
    let count = 0;
    for (let ms = 0; ms < 60_000; ms += 10) {
      count += takeAll(pace);
      pass(10);
    }
    expect(count).toBeGreaterThanOrEqual(600);
    expect(count).toBeLessThanOrEqual(604);
  });
});

test('a wait of less than a second is brief, a longer one is worth a word', () => {
  const { limits } = configSchema.parse({});
  expect(waitForPace(9, limits)).toMatchObject({ is: 'wait', isBrief: true });
  expect(waitForPace(10, limits)).toMatchObject({ is: 'wait', isBrief: false });
  expect(waitForPace(10, limits).reason).toContain('limits.starts_per_second');
});
