import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { followFleet } from '../../../main/shell/follow-fleet.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';

beforeEach(() => void vi.useFakeTimers({ now: new Date('2025-11-09T14:00:00.000Z') }));
afterEach(() => void vi.useRealTimers());

function following() {
  const shown: (string | null)[] = [];
  const listeners = new Set<(event: Sequenced) => void>();
  const view = { looked: false };
  const coordinator = {
    fleet: () => emptyFleet,
    subscribe: (listener: (event: Sequenced) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const follower = followFleet(
    coordinator,
    () => view.looked,
    (_fleet, lookedAt) => shown.push(lookedAt),
  );
  const happen = () => {
    const event: Sequenced = { seq: 1, event: { type: 'coordinator_stopped', at: '', reason: '' } };
    for (const listener of listeners) listener(event);
  };
  return { shown, view, follower, happen };
}

test('shows the fleet at once, with the start of the application as the last look', () => {
  expect(following().shown).toEqual(['2025-11-09T14:00:00.000Z']);
});

test('makes one change of the view from a burst of events', () => {
  const { shown, happen } = following();
  for (let count = 0; count < 500; count += 1) happen();
  vi.advanceTimersByTime(99);
  expect(shown).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(shown).toHaveLength(2);
});

test('says that it is being looked at, and afterwards when that ended', () => {
  const { shown, view, follower } = following();
  view.looked = true;
  follower.look();
  vi.advanceTimersByTime(60_000);
  view.looked = false;
  follower.look();
  vi.advanceTimersByTime(1000);
  expect(shown).toEqual(['2025-11-09T14:00:00.000Z', null, '2025-11-09T14:01:00.000Z']);
});
