import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { treeStep, typeAhead } from '../../../renderer/selectors/tree-keys.ts';
import { rootKey, treeRows } from '../../../renderer/selectors/tree-rows.ts';
import { fleetFrom, idOf, running } from './fleets.ts';

const fleet = fleetFrom(
  running(1, { agent_type: 'L1', name: 'overwatch' }),
  running(2, { agent_type: 'L2.1', name: 'sprites', parent_agent: idOf(1) }),
  running(3, { agent_type: 'L2.2', name: 'sounds', parent_agent: idOf(1) }),
);
const rows = treeRows(fleet, new Set());
const folded = treeRows(fleet, new Set([idOf(1)]));
const step = (from: string, key: string, in_ = rows) => treeStep(in_, from, key, 10);

describe('treeStep', () => {
  test('up and down go to the neighbours and stay at the ends', () => {
    expect(step(idOf(1), 'ArrowDown')).toEqual({ type: 'select', key: idOf(2) });
    expect(step(idOf(1), 'ArrowUp')).toEqual({ type: 'select', key: rootKey });
    expect(step(rootKey, 'ArrowUp')).toEqual({ type: 'select', key: rootKey });
    expect(step(idOf(3), 'ArrowDown')).toEqual({ type: 'select', key: idOf(3) });
  });

  test('Home and End go to the first and the last row', () => {
    expect(step(idOf(2), 'Home')).toEqual({ type: 'select', key: rootKey });
    expect(step(idOf(2), 'End')).toEqual({ type: 'select', key: idOf(3) });
  });

  test('right unfolds, then goes to the first child; on a leaf it does nothing', () => {
    expect(step(idOf(1), 'ArrowRight', folded)).toEqual({ type: 'expand', key: idOf(1) });
    expect(step(idOf(1), 'ArrowRight')).toEqual({ type: 'select', key: idOf(2) });
    expect(step(idOf(2), 'ArrowRight')).toBeNull();
  });

  test('left folds, then goes to the parent; at the top it does nothing more', () => {
    expect(step(idOf(1), 'ArrowLeft')).toEqual({ type: 'collapse', key: idOf(1) });
    expect(step(idOf(1), 'ArrowLeft', folded)).toEqual({ type: 'select', key: rootKey });
    expect(step(idOf(2), 'ArrowLeft')).toEqual({ type: 'select', key: idOf(1) });
    expect(step(rootKey, 'ArrowLeft', treeRows(fleet, new Set([rootKey])))).toBeNull();
  });

  test('Enter opens; a letter is not a step', () => {
    expect(step(idOf(2), 'Enter')).toEqual({ type: 'open', key: idOf(2) });
    expect(step(idOf(2), 'x')).toBeNull();
  });

  test('from a row that is gone it goes on from the first', () => {
    expect(step('gone', 'ArrowDown')).toEqual({ type: 'select', key: idOf(1) });
  });

  test('whatever is pressed, the step names a row that is there', () => {
    const key = fc.constantFrom(
      'ArrowUp',
      'ArrowDown',
      'ArrowLeft',
      'ArrowRight',
      'Home',
      'End',
      'PageUp',
      'PageDown',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...rows.map((row) => row.key)),
        key,
        fc.integer({ min: -5, max: 99 }),
        (at, press, page) => {
          const next = treeStep(rows, at, press, page);
          const named = next !== null && 'key' in next ? next.key : null;
          expect([null, ...rows.map((row) => row.key)]).toContain(named);
        },
      ),
    );
  });
});

describe('typeAhead', () => {
  test('goes to the next row that begins so, around the end', () => {
    expect(typeAhead(rows, rootKey, 's')).toBe(idOf(2));
    expect(typeAhead(rows, idOf(2), 's')).toBe(idOf(3));
    expect(typeAhead(rows, idOf(3), 's')).toBe(idOf(2));
  });

  test('more letters stay on the row while it still fits', () => {
    expect(typeAhead(rows, idOf(2), 'sp')).toBe(idOf(2));
    expect(typeAhead(rows, idOf(2), 'so')).toBe(idOf(3));
  });

  test('finds by type and by id as well, and nothing for what is nowhere', () => {
    expect(typeAhead(rows, rootKey, 'l2.2')).toBe(idOf(3));
    expect(typeAhead(rows, rootKey, idOf(3))).toBe(idOf(3));
    expect(typeAhead(rows, rootKey, 'zzz')).toBeNull();
    expect(typeAhead(rows, rootKey, '')).toBeNull();
  });
});
