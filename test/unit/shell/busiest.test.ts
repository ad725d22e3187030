import { expect, test } from 'vitest';
import { busiest, nobodyBusy } from '../../../main/shell/tray/busiest.ts';

const cpu = (of: Record<string, number | null>) => new Map(Object.entries(of));

test('the busiest come first, equals and the unknown in their own order', () => {
  const { order } = busiest(nobodyBusy, ['a', 'b', 'c', 'd'], cpu({ b: 80, d: 120, c: null }), 0);
  expect(order).toEqual(['d', 'b', 'a', 'c']);
});

test('the order of the same agents is kept for ten seconds, whatever their load', () => {
  const first = busiest(nobodyBusy, ['a', 'b'], cpu({ a: 90, b: 10 }), 1000);
  const load = cpu({ a: 10, b: 90 });
  expect(busiest(first, ['a', 'b'], load, 10_999)).toBe(first);
  expect(busiest(first, ['a', 'b'], load, 11_000).order).toEqual(['b', 'a']);
});

test('whoever comes or goes is entered or left out at once', () => {
  const first = busiest(nobodyBusy, ['a', 'b'], cpu({ b: 10 }), 0);
  expect(busiest(first, ['a', 'b', 'c'], cpu({ c: 50, b: 10 }), 1).order).toEqual(['c', 'b', 'a']);
  expect(busiest(first, ['a'], cpu({}), 1).order).toEqual(['a']);
});
