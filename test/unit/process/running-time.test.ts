/** How long an adopted run has run: by what the journal and its launcher tell, and from then on by the monotonic clock. */
import { expect, test } from 'vitest';
import { RunningTime } from '../../../main/coordinator/process/running-time.ts';
import type { Life } from '../../../protocol/agent.ts';

const hourMs = 3_600_000;
const began = Date.parse('2026-01-01T20:00:00.000Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const running = { status: 'running' } as Life;

/** Adopted `wallMs` after its beginning by the wall clock; then the wall clock is lost sight of and a minute passes. */
function afterAMinute(life: Life, wallMs: number, ageSeconds: number | null): number {
  const clock = { now: () => iso(began + wallMs), monotonic: () => 5000 };
  return RunningTime.of(life, iso(began), clock, ageSeconds).ms(65_000) / 1000;
}
const ran = (status: 'running' | 'paused', seconds: number, atMs: number) =>
  ({ status, ran: { seconds, at: iso(began + atMs) } }) as Life;

test('an adopted run counts by the wall clock up to its adoption, no longer than its launcher is old, and no less than nothing', () => {
  expect(afterAMinute(running, hourMs, null)).toBe(3660);
  expect(afterAMinute(running, hourMs, 3600.2)).toBe(3660);
  expect(afterAMinute(running, 8 * hourMs, 120)).toBe(181);
  expect(afterAMinute(running, -hourMs, 120)).toBe(60);
});

test('what it had run when it was paused is kept, and its pause is not counted', () => {
  expect(afterAMinute(ran('paused', 30, 40_000), 8 * hourMs, 120)).toBe(30);
  expect(afterAMinute(ran('running', 30, hourMs), 2 * hourMs, null)).toBe(3690);
  expect(afterAMinute(ran('running', 30, hourMs), 8 * hourMs, 2 * 3600)).toBe(7261);
});
