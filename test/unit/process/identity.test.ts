import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkIdentity, identityOf, isAlive } from '../../../main/coordinator/process/posix/identity.ts';
import { createPosixTrees } from '../../../main/coordinator/process/posix/ownership.ts';
import { readBootId, readStat } from '../../../main/coordinator/process/posix/proc.ts';
import { waitFor } from '../../rig/wait-for.ts';

function start(file: string, ...args: string[]): ChildProcess & { readonly pid: number } {
  const child = spawn(file, args, { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} was not started`);
  return Object.assign(child, { pid });
}

describe.skipIf(process.platform !== 'linux')('an identity', () => {
  test('matches the process it was taken of, as long as that lives', async () => {
    const child = start('sleep', '60');
    const identity = identityOf(child.pid);
    expect(identity).toEqual({ pid: child.pid, start_time: readStat(child.pid)?.startTime, boot_id: readBootId() });
    expect(checkIdentity(identity)).toBe('match');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(checkIdentity(identity)).toBe('gone');
  });

  test('of another boot is a stranger, though pid and start time agree (case 5)', () => {
    const child = start('sleep', '60');
    expect(checkIdentity({ ...identityOf(child.pid), boot_id: 'another' })).toBe('mismatch');
  });

  test('with another start time is a stranger (case 4)', () => {
    const child = start('sleep', '60');
    const identity = identityOf(child.pid);
    for (const start_time of ['1', '', `${identity.start_time}0`, String(Number(identity.start_time) + 1)]) {
      expect(checkIdentity({ ...identity, start_time })).toBe('mismatch');
    }
  });

  test('without a start time is unknown while the pid lives, never a match', () => {
    const child = start('sleep', '60');
    expect(checkIdentity({ ...identityOf(child.pid), start_time: null })).toBe('unknown');
    expect(checkIdentity({ pid: child.pid, start_time: null, boot_id: null })).toBe('unknown');
  });

  test('of a process that has ended and is not yet collected is gone', async () => {
    // `sh` starts a child and becomes a program that does not collect it.
    const parent = spawn('/bin/sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(text.toString());
    const identity = identityOf(pid);
    await waitFor('a zombie', () => readStat(pid)?.state === 'Z', { seen: () => readStat(pid) });
    expect(isAlive(pid)).toBe(false);
    expect(checkIdentity(identity)).toBe('gone');
  });

  test('is read right of a process whose name has blanks and parentheses', async () => {
    const child = spawn('/bin/sh', ['-c', 'printf "a) S 1 2 3 (b" > /proc/$$/comm; echo ready; read x'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const stat = readStat(child.pid ?? 0);
    expect(stat).toMatchObject({ parent: process.pid, group: child.pid, session: child.pid });
    expect(Number(stat?.startTime)).toBeGreaterThan(0);
  });
});

describe.skipIf(process.platform !== 'linux')('the session of a leader that was gone before anybody looked', () => {
  test('may be what a stranger with its number left, and is not taken for the run', async () => {
    // A stranger's session of which the leader has ended, as a daemon leaves it behind.
    const stranger = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(stranger, 'exit'); // It may come together with what it says.
    const [said] = (await once(stranger.stdout, 'data')) as [Buffer];
    const left = Number(said.toString());
    onTestFinished(() => void process.kill(left, 'SIGKILL'));
    await exited;
    const leader = { pid: stranger.pid ?? 0, start_time: '1', boot_id: readBootId() };
    const run = { agentId: 'agent', attempt: 1, nonce: 'nonce-of-the-run', leader };
    const trees = createPosixTrees(null);
    expect(trees.membersOf([{ ...run, leaderUnseen: true }]).get(run.nonce)).toEqual([]);
    expect(trees.membersOf([run]).get(run.nonce)).toEqual([left]); // Where the leader was ours until a moment ago.
  });
});
