import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claimName, exitRecordName } from '../../../main/coordinator/process/exit-record.ts';
import { type Begun, lookAt } from '../../../main/coordinator/process/left-behind.ts';
import { identityOf } from '../../../main/coordinator/process/posix/identity.ts';
import { recoveryRow } from '../../../main/coordinator/process/recovery.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { trees } from './held-run.ts';

const at = '2025-11-09T14:30:00.000Z';
const attempt = { attempt: 1, nonce: 'nonce', token_sha256: 'hash' };
const starting: Begun = { status: 'starting', since: at, ...attempt };
const running = (identity = identityOf(process.pid)): Begun => ({
  status: 'running',
  ...attempt,
  identity,
  started_at: at,
});
const gone = { pid: 2_147_483_646, start_time: '1', boot_id: trees.bootId };
const done = (life: Begun, folder: string): string => recoveryRow(lookAt(life, folder, trees).left).action;

describe('what is found of an attempt', () => {
  test('with a folder and no claim in it never began', () => {
    expect(lookAt(running(gone), temporaryFolder(), trees).left).toMatchObject({
      identity: 'gone',
      boot: 'same',
      claim: 'absent',
      exit: 'none',
    });
    expect(done(running(gone), temporaryFolder())).toBe('start');
  });

  test('without its folder may have begun', () => {
    const folder = join(temporaryFolder(), 'removed');
    expect(lookAt(running(gone), folder, trees).left.claim).toBe('unreadable');
    expect(done(running(gone), folder)).toBe('settle');
    // The running agent of which somebody removed the files is not taken for one that never began.
    expect(done(running(), folder)).toBe('adopt');
    // The journal tells that it was never let go; the folder may have gone with the power.
    expect(done(starting, folder)).toBe('start');
  });

  test('with something else in place of the claim may have begun', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, claimName));
    expect(done(running(gone), folder)).toBe('settle');
  });

  test('with an empty claim has begun, or is about to; once its gate is gone it did not', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, claimName), '');
    expect(done(running(), folder)).toBe('adopt');
    expect(done(running({ ...identityOf(process.pid), start_time: null }), folder)).toBe('adopt_unverified');
    expect(done(running(gone), folder)).toBe('start');
    // What it held may not have reached the disk; and a launcher of another kind may begin first.
    expect(done(running({ ...gone, boot_id: 'another' }), folder)).toBe('settle');
    const others = { ...trees, hasLauncher: false };
    expect(recoveryRow(lookAt(running(gone), folder, others).left).action).toBe('settle');
  });

  test('with a claim that the journal knows nothing of is never signalled, for its pid may be a stranger’s', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, claimName), `${process.pid}\n`);
    const { left, leader } = lookAt(starting, folder, trees);
    expect([left.identity, leader.pid]).toEqual(['unknown', process.pid]);
    expect(recoveryRow(left).action).toBe('adopt_unverified');
    expect(trees.check(leader)).not.toBe('match');
  });

  test('with a torn exit record has none', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, claimName), '1');
    writeFileSync(join(folder, exitRecordName), '{"code":');
    expect(lookAt(running(gone), folder, trees).left.exit).toBe('none');
    writeFileSync(join(folder, exitRecordName), '{"code":0}');
    expect(lookAt(running(gone), folder, trees).left.exit).toBe('zero');
  });

  test('of another boot has nobody left, whoever has its pid now', () => {
    const { left } = lookAt(running({ ...identityOf(process.pid), boot_id: 'another' }), temporaryFolder(), trees);
    expect([left.boot, left.identity, recoveryRow(left).action]).toEqual(['other', 'mismatch', 'settle']);
  });
});
