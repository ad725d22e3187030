import { expect, test } from 'vitest';
import { DeployRate } from '../../../main/coordinator/admission/deploy-rate.ts';
import type { Principal } from '../../../main/coordinator/facade.ts';

const agent = (agentId: string): Principal => ({ kind: 'agent', agentId });

test('each agent deploys so often in ten seconds, is told when it may again, and the operator always may', () => {
  let now = 500;
  let perSecond = 0.15; // One and a half in ten seconds count as two.
  const rate = new DeployRate(() => perSecond, { monotonic: () => now });
  const takes = (by: Principal): boolean => rate.take(by).ok;
  expect([takes(agent('a')), takes(agent('a')), takes(agent('b'))]).toEqual([true, true, true]);
  now += 3200;
  expect(rate.take(agent('a'))).toMatchObject({
    ok: false,
    failure: { code: 'RATE_LIMITED', details: { max: 2, window_seconds: 10, retry_after_seconds: 7 } },
  });
  expect(takes({ kind: 'operator' })).toBe(true);
  perSecond = 0.3; // Settings count at once.
  expect([takes(agent('a')), takes(agent('a'))]).toEqual([true, false]);
  now += 6800;
  expect([1, 2, 3, 4].map(() => takes(agent('a')))).toEqual([true, true, true, false]);
});
