import { expect, test } from 'vitest';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { someEvents } from '../ledger/some-events.ts';

const small = (seq: number): Sequenced => ({ seq, event: { type: 'coordinator_stopped', at: '', reason: '' } });
const seqs = (events: readonly Sequenced[] | null): number[] | null => events && events.map(({ seq }) => seq);

test('tells everyone every event in order, until they leave', () => {
  const hub = new EventHub(() => undefined);
  const told: string[] = [];
  const leave = hub.subscribe(({ seq }) => told.push(`a${seq}`));
  hub.subscribe(({ seq }) => told.push(`b${seq}`));
  for (const event of someEvents(2)) hub.publish(event);
  leave();
  hub.publish(small(3));
  expect(told).toEqual(['a1', 'b1', 'a2', 'b2', 'b3']);
});

test('a listener that throws is said, and keeps the event from nobody', () => {
  const lines: string[] = [];
  const hub = new EventHub((line) => lines.push(line));
  const told: number[] = [];
  hub.subscribe(() => {
    throw new Error('broken');
  });
  hub.subscribe(({ seq }) => told.push(seq));
  hub.publish(small(1));
  expect(told).toEqual([1]);
  expect(lines.join()).toMatch(/event 1: Error: broken/);
});

test('has the events since a number at hand, or says that it has not', () => {
  const hub = new EventHub(() => undefined);
  expect(hub.since(0, 0)).toEqual([]);
  expect(hub.since(0, 5)).toBeNull();
  for (const seq of [6, 7, 8]) hub.publish(small(seq));
  expect(seqs(hub.since(5, 8))).toEqual([6, 7, 8]);
  expect(seqs(hub.since(7, 8))).toEqual([8]);
  expect(seqs(hub.since(8, 8))).toEqual([]);
  expect(hub.since(4, 8)).toBeNull();
  expect(hub.since(9, 8)).toBeNull();
});

test('keeps the last two thousand at least, and not all for ever', () => {
  const hub = new EventHub(() => undefined);
  const last = 10_000;
  for (let seq = 1; seq <= last; seq++) hub.publish(small(seq));
  expect(hub.since(last - 2000, last)).toHaveLength(2000);
  expect(hub.since(last - 4001, last)).toBeNull();
});
