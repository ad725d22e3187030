/** A real run behind the real gate, in a folder of the test's own. Nothing of it outlives the test. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { gateOrder, gatePrelude } from '../../../main/coordinator/process/posix/gate.ts';
import { claimName, type ExitStatus, readExitRecord } from '../../../main/coordinator/process/exit-record.ts';
import { identityOf } from '../../../main/coordinator/process/posix/identity.ts';
import type { HeldRun, LaunchOrder } from '../../../main/coordinator/process/launcher.ts';
import type { RunMark } from '../../../main/coordinator/process/ownership.ts';
import type { Cgroups } from '../../../main/coordinator/process/posix/cgroups.ts';
import { createPosixTrees } from '../../../main/coordinator/process/posix/ownership.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

export interface Held {
  readonly run: HeldRun;
  readonly folder: string;
  readonly attemptFolder: string;
  readonly mark: RunMark;
  isClaimed(): boolean;
  exit(): ExitStatus | null;
  log(): string;
  /** Waits until the log says this. */
  said(text: string): Promise<string>;
}

export interface Wish {
  /** What the agent is. */
  readonly argv: readonly [file: string, ...args: string[]];
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What runs the gate as `/bin/sh`; absent: the system's own. */
  readonly gateShell?: string;
  /** What the gate inherits beside PATH. */
  readonly inherited?: Readonly<Record<string, string>>;
  /** Another run's attempt folder, for two that want the same. */
  readonly attemptFolder?: string;
  /** Absent: as on a system without. */
  readonly cgroups?: Cgroups;
  readonly change?: (order: LaunchOrder) => LaunchOrder;
}

/** As on a system without cgroups. */
export const trees = createPosixTrees(null);

/** `sh -c` with this script. */
export const shell = (script: string): readonly [string, ...string[]] => ['/bin/sh', '-c', script];

export function hold({ argv, input = '', env = {}, cwd, attemptFolder, cgroups, change, ...gate }: Wish): Held {
  const folder = temporaryFolder();
  const attempt = attemptFolder ?? join(folder, 'attempt');
  const nonce = `test-${folder.slice(-6)}`;
  if (attemptFolder === undefined) mkdirSync(attempt);
  const inputFile = join(folder, 'prompt.md');
  writeFileSync(inputFile, input);
  const logFile = join(folder, 'log');
  const [file, ...args] = argv;
  const order: LaunchOrder = {
    run: { agentId: nonce, attempt: 1, nonce },
    file,
    args,
    cwd: cwd ?? folder,
    env: { ...env, ZIGGIE_RUN: nonce },
    inputFile,
    logFile,
    attemptFolder: attempt,
  };
  const run = startGate(change === undefined ? order : change(order), cgroups?.make(order.run) ?? null, gate);
  const mark = { ...order.run, leader: run.identity };
  onTestFinished(() => {
    run.abandon();
    cgroups?.kill(mark);
    const members = trees.membersOf([mark]).get(mark.nonce) ?? [];
    for (const pid of [run.identity.pid, ...members]) endQuietly(pid);
  });
  const log = (): string => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  return {
    run,
    folder,
    attemptFolder: attempt,
    mark,
    isClaimed: () => existsSync(join(attempt, claimName)),
    exit: () => readExitRecord(attempt),
    log,
    said: (text) => waitFor(`the log says ${text}`, () => (log().includes(text) ? log() : null), { seen: log }),
  };
}

/** A gate as the coordinator starts one: of its own session, held by its input, nothing of it on a terminal. */
function startGate(
  order: LaunchOrder,
  cgroup: string | null,
  { gateShell = '/bin/sh', inherited = {} }: Pick<Wish, 'gateShell' | 'inherited'>,
): HeldRun {
  const gate = spawn(gateShell, ['-s', 'ziggie-gate'], {
    argv0: '/bin/sh', // Shells with several faces go by their name.
    cwd: '/',
    env: { PATH: '/usr/bin:/bin', ...inherited },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  if (gate.pid === undefined) throw new Error('no gate could be started');
  // A gate that a test has ended does not read any more.
  gate.stdin.on('error', () => undefined);
  gate.stdin.write(gatePrelude);
  return {
    identity: identityOf(gate.pid),
    gone: new Promise((resolve) => gate.once('exit', (code, signal) => resolve({ code, signal }))),
    release: () => void gate.stdin.end(gateOrder(order, cgroup)),
    abandon: () => void gate.stdin.end(),
  };
}

function endQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
