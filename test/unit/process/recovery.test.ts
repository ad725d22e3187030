import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  fits,
  type LeftBehind,
  type Recovery,
  recoveryMarkdown,
  recoveryRow,
  recoveryTable,
} from '../../../main/coordinator/process/recovery.ts';
import { settle } from '../../../main/coordinator/process/settle.ts';

const values = {
  life: ['queued', 'backoff', 'starting', 'running', 'paused', 'stopping'],
  identity: ['match', 'mismatch', 'gone', 'unknown', 'none'],
  boot: ['same', 'other'],
  claim: ['absent', 'claimed', 'unreadable'],
  exit: ['zero', 'other', 'none'],
  result: ['good', 'error', 'none'],
  report: ['valid', 'other'],
} as const;

/** Every combination there is, also those that cannot come about. */
const all: LeftBehind[] = values.life.flatMap((life) =>
  values.identity.flatMap((identity) =>
    values.boot.flatMap((boot) =>
      values.claim.flatMap((claim) =>
        values.exit.flatMap((exit) =>
          values.result.flatMap((result) =>
            values.report.map((report) => ({ life, identity, boot, claim, exit, result, report })),
          ),
        ),
      ),
    ),
  ),
);
const done = (holds: (left: LeftBehind) => boolean): Recovery[] =>
  [...new Set(all.filter(holds).map((left) => recoveryRow(left).action))].sort();
const isRun = ({ life }: LeftBehind): boolean => life === 'running' || life === 'paused';
const begun = ({ life }: LeftBehind): boolean => life !== 'queued' && life !== 'backoff';

/** What should be done, said once more in another way. */
function intended({ life, identity, boot, claim, exit }: LeftBehind): Recovery {
  if (life === 'queued') return 'enqueue';
  if (life === 'backoff') return 'back_off';
  if (exit !== 'none') return 'settle';
  const wasNeverLetGo = life === 'starting' && (claim === 'absent' || (claim === 'unreadable' && identity === 'none'));
  if (wasNeverLetGo) return 'start';
  if (life === 'stopping' && identity === 'none' && claim !== 'claimed') return 'end_unbegun';
  if (identity === 'unknown') return 'adopt_unverified';
  if (identity === 'match') return claim === 'absent' ? 'wait' : 'adopt';
  if (claim === 'absent' && boot === 'same') return life === 'stopping' ? 'end_unbegun' : 'start';
  return 'settle';
}

describe('the table', () => {
  test('has one intended row for every combination', () => {
    expect(all).toHaveLength(6 * 5 * 2 * 3 * 3 * 3 * 2);
    for (const left of all) expect(recoveryRow(left).action, JSON.stringify(left)).toBe(intended(left));
  });

  test('has no row that is never reached', () => {
    const reached = new Set(all.map(recoveryRow));
    expect(recoveryTable.filter((row) => !reached.has(row))).toEqual([]);
  });

  test('has no row that only repeats what a later one says', () => {
    const without = (row: (typeof recoveryTable)[number], left: LeftBehind) =>
      recoveryTable.find((other) => other !== row && fits(other.when, left));
    const idle = recoveryTable.filter((row) =>
      all
        .filter((left) => recoveryRow(left) === row)
        .every((left) => {
          const other = without(row, left);
          return other?.action === row.action && other.state === row.state && other.why === row.why;
        }),
    );
    expect(idle).toEqual([]);
  });

  test('decides what is done by what is known at once: result line and report only say how it ended', () => {
    for (const left of all) {
      expect(recoveryRow({ ...left, result: 'none', report: 'other' }).action).toBe(recoveryRow(left).action);
    }
  });

  test('stands in docs/recovery.md as it is', () => {
    const path = resolve(import.meta.dirname, '../../../docs/recovery.md');
    const text = readFileSync(path, 'utf8');
    const [before = '', rest = ''] = text.split('<!-- table -->\n');
    const [shown = '', after = ''] = rest.split('<!-- end of table -->');
    const table = `${recoveryMarkdown()}\n`;
    if (process.env['ZIGGIE_RENEW_DOCS'] === '1') {
      writeFileSync(path, `${before}<!-- table -->\n${table}<!-- end of table -->${after}`);
    }
    expect(shown, 'docs/recovery.md is behind; run this test once with ZIGGIE_RENEW_DOCS=1').toBe(table);
  });
});

describe('nothing is started', () => {
  test('that has claimed, or may have', () => {
    expect(done((left) => begun(left) && left.claim === 'claimed')).toEqual(['adopt', 'adopt_unverified', 'settle']);
    const mayHave = (left: LeftBehind): boolean =>
      left.claim === 'unreadable' &&
      (left.life === 'running' || left.life === 'paused' || left.identity !== 'none') &&
      begun(left);
    expect(done(mayHave)).not.toContain('start');
  });
  test('that has an exit record', () => {
    expect(done((left) => begun(left) && left.exit !== 'none')).toEqual(['settle']);
  });
  test('that may have been let go before the machine went down', () => {
    expect(done((left) => isRun(left) && left.boot === 'other')).not.toContain('start');
  });
  test('whose launcher lives, or may live', () => {
    const lives = ({ identity }: LeftBehind): boolean => identity === 'match' || identity === 'unknown';
    expect(done((left) => isRun(left) && lives(left))).not.toContain('start');
  });
  test('that is being stopped', () => {
    expect(done(({ life }) => life === 'stopping')).not.toContain('start');
  });
});

test('a pause outlives its coordinator: nothing that is paused runs, or ends, because somebody came back', () => {
  const paused = all.filter((left) => left.life === 'paused' && left.exit === 'none');
  for (const left of paused.map(recoveryRow).filter(({ action }) => action !== 'settle')) {
    expect(left.state).toBe('paused');
  }
});

test('a process that is not known to be ours is never one to signal', () => {
  // Only `adopt` and `wait` may end in a signal; `settle` has no launcher that is alive and ours.
  const stranger = ({ identity }: LeftBehind): boolean => identity === 'mismatch' || identity === 'unknown';
  expect(done((left) => begun(left) && stranger(left))).not.toContain('adopt');
  expect(done((left) => begun(left) && stranger(left))).not.toContain('wait');
});

test('the final state of what is settled is the one that its evidence gives', () => {
  const at = '2025-11-09T14:30:00.000Z';
  for (const left of all.filter((one) => recoveryRow(one).action === 'settle')) {
    const ending = settle({
      exit: left.exit === 'none' ? null : { code: left.exit === 'zero' ? 0 : 3, signal: null, endedAt: at },
      exitSource: 'exit_record',
      result: left.result === 'none' ? null : { isError: left.result === 'error', summary: 'as it said' },
      stop: left.life === 'stopping' ? { reason: 'stop', by: 'operator', maxRuntime: 0 } : null,
      logCut: null,
      report: { exists: left.report === 'valid', problems: [] },
      reportRequired: true,
      stopSteps: [],
      survivors: [],
      reaped: 0,
      endedAt: at,
      executionSeconds: null,
    });
    expect(ending.status, JSON.stringify(left)).toBe(recoveryRow(left).state);
    if (left.exit === 'none') expect(ending.exit_code).toBeNull();
  }
});
