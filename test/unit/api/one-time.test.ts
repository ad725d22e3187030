import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OneTimeSecrets } from '../../../main/api/one-time.ts';

const operator = { kind: 'operator' } as const;
const agent = { kind: 'agent', agentId: 'agent_20251109_143000_1' } as const;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('opens once, for whom it was issued', () => {
  const secrets = new OneTimeSecrets(30_000);
  const [one, other] = [secrets.issue(operator), secrets.issue(agent)];
  expect(secrets.redeem(other)).toBe(agent);
  expect(secrets.redeem(one)).toBe(operator);
  expect(secrets.redeem(one)).toBeNull();
  expect(secrets.redeem(other)).toBeNull();
});

test('opens until its time is up and not later, and is used up by trying', () => {
  const secrets = new OneTimeSecrets(30_000);
  const [one, other] = [secrets.issue(operator), secrets.issue(operator)];
  vi.advanceTimersByTime(30_000);
  expect(secrets.redeem(one)).toBe(operator);
  vi.advanceTimersByTime(1);
  expect(secrets.redeem(other)).toBeNull();
  vi.setSystemTime(0);
  expect(secrets.redeem(other)).toBeNull();
});

test.each(['', 'unknown', '__proto__', 'a'.repeat(43)])('%j was never issued', (secret) => {
  expect(new OneTimeSecrets(30_000).redeem(secret)).toBeNull();
});

test('is 256 bits that fit into an address, never the same', () => {
  const secrets = new OneTimeSecrets(30_000);
  const issued = Array.from({ length: 500 }, () => secrets.issue(operator));
  expect(new Set(issued).size).toBe(500);
  for (const secret of issued) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

test('of a thousand the oldest goes for a new one', () => {
  const secrets = new OneTimeSecrets(30_000);
  const issued = Array.from({ length: 1001 }, () => secrets.issue(operator));
  expect(secrets.redeem(issued[0] ?? '')).toBeNull();
  expect(secrets.redeem(issued[1] ?? '')).toBe(operator);
  expect(secrets.redeem(issued[1000] ?? '')).toBe(operator);
});
