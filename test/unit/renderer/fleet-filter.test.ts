import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filterQuery, matcherOf, noFilter, parseFilter, withFilter } from '../../../renderer/selectors/fleet-filter.ts';
import { treeRows } from '../../../renderer/selectors/tree-rows.ts';
import { accepted, fleetFrom, idOf, over, running } from './fleets.ts';

const fleet = fleetFrom(
  running(1, { agent_type: 'L1', level: 1, name: 'Overwatch', runtime: 'claude', model: 'opus' }),
  running(2, {
    agent_type: 'L2.1',
    level: 2,
    parent_agent: idOf(1),
    name: 'asset audit',
    runtime: 'demo',
    model: null,
  }),
  running(3, { agent_type: 'L3.1.1', level: 3, parent_agent: idOf(2), name: 'Größe', group: { id: 'wave', size: 2 } }),
  accepted(4, { agent_type: 'L2.2', level: 2, parent_agent: idOf(1), name: 'docs' }),
  running(5, { agent_type: 'L2.3', level: 2, parent_agent: idOf(1), name: 'gone' }),
  over(5, { status: 'failed', status_reason: 'exit 7', exit_code: 7 }),
);

const found = (query: string): number[] => {
  const matches = matcherOf(parseFilter(query));
  return [...fleet.agents.values()]
    .filter((agent) => matches === null || matches(agent))
    .map(({ facts }) => facts.ordinal)
    .sort((a, b) => a - b);
};

describe('the filter', () => {
  test.each<[string, number[]]>([
    ['', [1, 2, 3, 4, 5]],
    ['q=audit', [2]],
    ['q=GRÖSSE', []],
    ['q=größe', [3]],
    ['q=level%3A2', [2, 4, 5]],
    ['q=level%3A2+docs', [4]],
    ['q=runtime%3Aopus', [1]],
    ['q=status%3Afailed', [5]],
    ['q=exit+7', [5]],
    ['q=group%3Awave', [3]],
    ['q=type%3Al2.1', [2]],
    ['q=level%3A', [1, 2, 3, 4, 5]],
    ['show=queued', [4]],
    ['show=queued,attention', [4, 5]],
    ['show=nothing', [1, 2, 3, 4, 5]],
    ['q=docs&show=running', []],
    [`q=${idOf(3)}`, [3]],
  ])('%s', (query, ordinals) => {
    expect(found(query)).toEqual(ordinals);
  });

  test('another filter leaves the rest of the address alone', () => {
    const both = withFilter('find=a+b&at=7&q=old', { text: 'new', show: new Set(['done']) });
    expect(both).toBe('find=a+b&at=7&q=new&show=done');
    expect(withFilter(both, noFilter)).toBe('find=a+b&at=7');
  });

  test('any text is the same after the address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const shown = parseFilter(filterQuery({ text, show: new Set(['done', 'running']) }));
        expect(shown.text).toBe(text);
        expect([...shown.show]).toEqual(['running', 'done']);
        expect(() => matcherOf(shown)).not.toThrow();
      }),
    );
  });

  test('the tree shows who is meant with all above, and folds nothing away', () => {
    const matches = matcherOf(parseFilter('q=größe'));
    const rows = treeRows(fleet, new Set(['', idOf(1), idOf(2)]), matches);
    expect(rows.map(({ key, isOnTheWay }) => [key, isOnTheWay])).toEqual([
      ['', true],
      [idOf(1), true],
      [idOf(2), true],
      [idOf(3), false],
    ]);
    expect(treeRows(fleet, new Set(), matcherOf(parseFilter('q=nobody')))).toHaveLength(1);
  });
});
