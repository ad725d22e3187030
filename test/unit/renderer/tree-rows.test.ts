import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pathTo, rootKey, treeRows } from '../../../renderer/selectors/tree-rows.ts';
import { accepted, fleetFrom, idOf, neverBegan, outside, over, running } from './fleets.ts';

const unfolded: ReadonlySet<string> = new Set();

/** One L1 with two L2, the first of which has an L3. */
const family = fleetFrom(
  running(1, { agent_type: 'L1', level: 1 }),
  running(2, { agent_type: 'L2.1', parent_agent: idOf(1) }),
  running(3, { agent_type: 'L3.1.1', parent_agent: idOf(2) }),
  accepted(4, { agent_type: 'L2.2', parent_agent: idOf(1) }),
);

const keys = (rows: ReturnType<typeof treeRows>): string[] => rows.map(({ key }) => key);

describe('treeRows', () => {
  test('an empty fleet is Ziggie alone', () => {
    const rows = treeRows(fleetFrom(), unfolded);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ key: rootKey, depth: 1, expanded: null, node: { kind: 'root' } });
  });

  test('parents come before their children, siblings in the order of acceptance', () => {
    expect(keys(treeRows(family, unfolded))).toEqual([rootKey, idOf(1), idOf(2), idOf(3), idOf(4)]);
  });

  test('each row knows its depth, its place among its siblings and its parent', () => {
    const rows = treeRows(family, unfolded);
    expect(rows.map(({ depth, position, siblings }) => [depth, position, siblings])).toEqual([
      [1, 1, 1],
      [2, 1, 1],
      [3, 1, 2],
      [4, 1, 1],
      [3, 2, 2],
    ]);
    expect(rows.map(({ parentKey }) => parentKey)).toEqual([null, rootKey, idOf(1), idOf(2), idOf(1)]);
  });

  test('a folded branch hides what is below it and still counts it', () => {
    const rows = treeRows(family, new Set([idOf(1)]));
    expect(keys(rows)).toEqual([rootKey, idOf(1)]);
    expect(rows[1]).toMatchObject({ expanded: false, below: { agents: 3, running: 2, queued: 1 } });
  });

  test('a branch does not count itself', () => {
    expect(treeRows(family, unfolded)[2]?.below).toMatchObject({ agents: 1, running: 1 });
    expect(treeRows(family, unfolded)[3]).toMatchObject({ expanded: null, below: { agents: 0 } });
  });

  test('a parent that was started outside is a node with its children below it', () => {
    const fleet = fleetFrom(outside('overwatch_001'), running(1, { parent_agent: 'overwatch_001' }));
    expect(keys(treeRows(fleet, unfolded))).toEqual([rootKey, 'overwatch_001', idOf(1)]);
  });

  test('an agent whose parent is not known stands at the top', () => {
    const fleet = fleetFrom(running(1, { parent_agent: 'nobody_knows' }));
    expect(keys(treeRows(fleet, unfolded))).toEqual([rootKey, idOf(1)]);
  });

  test('those who wait are numbered by priority, then by age', () => {
    const fleet = fleetFrom(accepted(1), accepted(2, { priority: 9 }), accepted(3), accepted(4, { priority: 0 }));
    const places = treeRows(fleet, unfolded).map(({ key, queuePosition }) => [key, queuePosition]);
    expect(places).toEqual([
      [rootKey, null],
      [idOf(1), 2],
      [idOf(2), 4],
      [idOf(3), 3],
      [idOf(4), 1],
    ]);
  });

  test('the counts of a branch are those of its children plus the children themselves', () => {
    const life = fc.constantFrom('queued', 'running', 'done', 'failed', 'refused');
    fc.assert(
      fc.property(fc.array(fc.tuple(life, fc.nat()), { maxLength: 30 }), (plans) => {
        const events = plans.flatMap(([is, parent], index) => {
          const ordinal = index + 1;
          const facts = { parent_agent: parent % ordinal === 0 ? null : idOf(parent % ordinal) };
          if (is === 'queued') return [accepted(ordinal, facts)];
          if (is === 'refused') return [accepted(ordinal, facts), neverBegan(ordinal, 'refused')];
          if (is === 'running') return running(ordinal, facts);
          return [...running(ordinal, facts), over(ordinal, { status: is === 'done' ? 'completed' : 'failed' })];
        });
        const rows = treeRows(fleetFrom(events), unfolded);
        expect(rows).toHaveLength(plans.length + 1);
        for (const row of rows) {
          const children = rows.filter(({ parentKey }) => parentKey === row.key);
          const summed = children.reduce((sum, { below }) => sum + below.agents + 1, 0);
          const { agents, running: run, queued, attention, done, stopped } = row.below;
          expect(agents).toBe(summed);
          expect(run + queued + attention + done + stopped).toBe(agents);
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('pathTo names every branch from the root down to an agent', () => {
  expect(pathTo(family, idOf(3))).toEqual([rootKey, idOf(1), idOf(2), idOf(3)]);
  expect(pathTo(family, 'unknown')).toEqual([rootKey, 'unknown']);
});
