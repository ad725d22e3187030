import { describe, expect, test } from 'vitest';
import { type LeftBehind, recoveryOf } from '../../../main/coordinator/process/recovery.ts';

const identity = { pid: 7, start_time: '1', boot_id: 'boot' };
const exit = { code: 0, signal: null, endedAt: '2025-11-09T14:30:00.000Z' };
const statuses = ['starting', 'running', 'stopping'] as const;
const launchers = ['match', 'mismatch', 'gone', 'unknown'] as const;

/** Every combination there is, also those that cannot come about. */
const all: LeftBehind[] = statuses.flatMap((status) =>
  [identity, null].flatMap((who) =>
    [true, false].flatMap((sameBoot) =>
      launchers.flatMap((launcher) =>
        [{ is: 'absent' } as const, { is: 'claimed', pid: 7 } as const, { is: 'claimed', pid: null } as const].flatMap(
          (claim) => [exit, null].map((end) => ({ status, identity: who, sameBoot, launcher, claim, exit: end })),
        ),
      ),
    ),
  ),
);
const where = (holds: (left: LeftBehind) => boolean): string[] =>
  [...new Set(all.filter(holds).map(recoveryOf))].sort();

test('every combination is looked at', () => expect(all).toHaveLength(3 * 2 * 2 * 4 * 3 * 2));

describe('nothing is started', () => {
  test('that has claimed', () => {
    expect(where(({ claim }) => claim.is === 'claimed')).not.toContain('start');
  });
  test('that has an exit record', () => {
    expect(where((left) => left.exit !== null)).toEqual(['settle']);
  });
  test('that may have been let go before the machine went down', () => {
    expect(where((left) => left.identity !== null && !left.sameBoot)).not.toContain('start');
  });
  test('whose launcher lives, or may live', () => {
    const lives = ({ launcher }: LeftBehind): boolean => launcher === 'match' || launcher === 'unknown';
    expect(where((left) => left.identity !== null && lives(left))).not.toContain('start');
  });
  test('that is being stopped', () => {
    expect(where(({ status }) => status === 'stopping')).not.toContain('start');
  });
});

describe('what is done', () => {
  test('a run whose launcher lives and has claimed is adopted', () => {
    expect(where((left) => left.exit === null && left.launcher === 'match' && left.claim.is === 'claimed')).toEqual([
      'adopt',
    ]);
  });
  test('a run whose launcher lives and has not claimed is waited for', () => {
    const holds = (left: LeftBehind): boolean =>
      left.exit === null && left.identity !== null && left.launcher === 'match' && left.claim.is === 'absent';
    expect(where(holds)).toEqual(['wait']);
  });
  test('a run that claimed and whose launcher is gone is settled from other evidence', () => {
    const gone = ({ launcher }: LeftBehind): boolean => launcher === 'gone' || launcher === 'mismatch';
    expect(where((left) => left.claim.is === 'claimed' && gone(left))).toEqual(['settle']);
  });
  test('one that provably never began is started, or ends as stopped when it was being stopped', () => {
    const neverBegan = (left: LeftBehind): boolean =>
      left.exit === null &&
      left.claim.is === 'absent' &&
      (left.identity === null || (left.sameBoot && left.launcher === 'gone'));
    expect(where((left) => left.status !== 'stopping' && neverBegan(left))).toEqual(['start']);
    expect(where((left) => left.status === 'stopping' && neverBegan(left))).toEqual(['end_unbegun']);
  });
});
