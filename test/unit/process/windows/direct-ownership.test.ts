/** The way without jobs has nothing of Windows in it but taskkill, so it is tried here with real processes, too. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { readClaim, readExitRecord } from '../../../../main/coordinator/process/exit-record.ts';
import type { HeldRun, LaunchOrder } from '../../../../main/coordinator/process/launcher.ts';
import type { RunMark } from '../../../../main/coordinator/process/ownership.ts';
import { ended, identityOf } from '../../../../main/coordinator/process/windows/direct-identity.ts';
import { createDirectOwnership } from '../../../../main/coordinator/process/windows/direct-ownership.ts';
import { endTree } from '../../../../main/coordinator/process/windows/tree.ts';
import { waitFor } from '../../../rig/wait-for.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ziggie-direct-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const own = () => createDirectOwnership({ root, environment: { ONE: '1' }, nursery: '', log: () => undefined });

function order(code: string): LaunchOrder {
  const attemptFolder = join(root, randomUUID());
  mkdirSync(attemptFolder);
  writeFileSync(join(root, 'prompt.md'), 'é a&b %PATH%');
  return {
    run: { agentId: 'L1-x-1', attempt: 1, nonce: randomUUID() },
    file: process.execPath,
    args: ['-e', code],
    cwd: root,
    env: { one: '2' },
    inputFile: join(root, 'prompt.md'),
    logFile: join(attemptFolder, 'out.log'),
    attemptFolder,
  };
}

async function run(asked: LaunchOrder): Promise<{ held: HeldRun; mark: RunMark }> {
  const held = await own().launcher.hold(asked);
  if (!held.ok) throw new Error(held.failure.message);
  held.value.release();
  return { held: held.value, mark: { ...asked.run, leader: held.value.identity } };
}

describe('an agent that Node starts', () => {
  test('gets its prompt and its environment, claims, and leaves its exact exit', async () => {
    const asked = order(
      `process.stdin.on('data', (b) => process.stdout.write(b)).on('end', () => { console.log(' ' + process.env.one + process.env.ONE); process.exit(143); })`,
    );
    const { held } = await run(asked);
    expect(await held.gone).toEqual({ code: 143, signal: null });
    expect(readFileSync(asked.logFile, 'utf8')).toBe('é a&b %PATH% 2undefined\n');
    expect(readClaim(asked.attemptFolder)).toEqual({ is: 'claimed', pid: held.identity.pid });
    expect(readExitRecord(asked.attemptFolder)).toMatchObject({ code: 143, signal: null });
  });

  test('is not started a second time where it was claimed', async () => {
    const asked = order(`require('node:fs').writeFileSync('begun', '')`);
    writeFileSync(join(asked.attemptFolder, 'claim'), '1');
    expect(await own().launcher.hold(asked)).toMatchObject({ ok: false, failure: { code: 'SPAWN_FAILED' } });
    expect(existsSync(join(root, 'begun'))).toBe(false);
  });

  test('is known while it lives, measured by pidusage, and ended with what it started', async () => {
    const asked = order(
      `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log(child.pid); setInterval(() => {}, 1000);`,
    );
    const { held, mark } = await run(asked);
    const ownership = own();
    const childPid = await waitFor('its child', () => Number(readFileSync(asked.logFile, 'utf8')) || null);
    expect(ownership.check(mark.leader)).toBe('match');
    const usage = await waitFor('a measurement', async () => {
      const seen = (await ownership.usageOf([mark])).get(mark.nonce);
      return (seen?.memoryMb ?? null) === null ? null : seen;
    });
    expect(usage).toMatchObject({ processes: null });
    expect(usage.memoryMb).toBeGreaterThan(5);
    expect(await ownership.endMembers(mark)).toEqual([]);
    await held.gone;
    expect(ownership.check(mark.leader)).toBe('gone');
    await waitFor('its child is gone', () => !isAlive(childPid));
  });

  test('is not ours once its end was seen, whoever has its pid then', async () => {
    const leader = identityOf(process.pid);
    expect(own().check(leader)).toBe('match');
    ended(process.pid);
    expect(own().check(leader)).toBe('unknown');
    const mark = { agentId: 'L1-x-1', attempt: 1, nonce: 'n', leader };
    expect(own().membersOf([mark]).get('n')).toEqual([]);
    expect(await own().endMembers(mark)).toEqual([]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

test.skipIf(process.platform === 'win32')(
  'a pid that was given to a stranger while its tree was being ended is left alone',
  async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void stranger.kill('SIGKILL'));
    const asked = { times: 0 };
    // Ours when the first step is taken, which finds no taskkill here; a stranger's from then on.
    const survivors = await endTree(stranger.pid ?? 0, () => (asked.times += 1) === 1);
    expect(survivors).toEqual([]);
    expect(isAlive(stranger.pid ?? 0)).toBe(true);
  },
);
