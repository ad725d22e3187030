/** For the checks that run on the Windows node.exe itself: held runs with real processes, in a folder of their own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { HeldRun, LaunchOrder } from '../../../main/coordinator/process/launcher.ts';
import type { Ownership, RunMark } from '../../../main/coordinator/process/ownership.ts';
import { createJobOwnership } from '../../../main/coordinator/process/windows/job-ownership.ts';
import { loadNative, type Native } from '../../../main/coordinator/process/windows/native.ts';

export { waitFor } from '../../rig/wait-for.ts';

export const native: Native = (() => {
  const loaded = loadNative();
  if (typeof loaded === 'string') throw new Error(`koffi: ${loaded}`);
  return loaded;
})();

export interface Place {
  readonly root: string;
  readonly lines: string[];
  readonly ownership: Ownership;
}

export function place(root = mkdtempSync(join(tmpdir(), 'ziggie-inside-'))): Place {
  const lines: string[] = [];
  const options = { root, environment: environment(), nursery: '', log: (line: string) => void lines.push(line) };
  return { root, lines, ownership: createJobOwnership(options, native) };
}

export const environment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );

export interface Asked {
  readonly file?: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly prompt?: string | Buffer;
  readonly agentId?: string;
}

export function order(
  root: string,
  { file, args, env, prompt, agentId = `T1-${randomUUID().slice(0, 8)}` }: Asked,
): LaunchOrder {
  const attemptFolder = join(root, 'runs', agentId, '1');
  mkdirSync(attemptFolder, { recursive: true });
  const inputFile = join(root, 'runs', agentId, 'prompt.md');
  writeFileSync(inputFile, prompt ?? 'hello');
  return {
    run: { agentId, attempt: 1, nonce: randomUUID() },
    file: file ?? process.execPath,
    args,
    cwd: root,
    env: env ?? {},
    inputFile,
    logFile: join(root, `${agentId}.log`),
    attemptFolder,
  };
}

export interface Started {
  readonly held: HeldRun;
  readonly mark: RunMark;
  readonly order: LaunchOrder;
}

export async function hold({ ownership, root }: Place, asked: Asked): Promise<Started> {
  const wanted = order(root, asked);
  const held = await ownership.launcher.hold(wanted);
  if (!held.ok) throw new Error(held.failure.message);
  return { held: held.value, order: wanted, mark: { ...wanted.run, leader: held.value.identity } };
}

export async function run(where: Place, asked: Asked): Promise<Started> {
  const started = await hold(where, asked);
  started.held.release();
  return started;
}

/** Runs to its end; what it printed. */
export async function output(where: Place, asked: Asked): Promise<string> {
  const started = await run(where, asked);
  await started.held.gone;
  where.ownership.forget(started.mark);
  return textOf(started.order.logFile);
}

/** Another coordinator, as far as it starts a run: holds one, lets it go when told to, and stays. */
export function startHolder(root: string, does: 'hold' | 'release'): ChildProcess {
  return spawn(process.execPath, [join(dirname(process.argv[1] ?? ''), 'holder.mjs'), root, does], {
    stdio: 'ignore',
    detached: true,
  });
}

export interface HolderSays {
  readonly mark: RunMark;
  readonly logFile: string;
}

export const holderSays = (root: string): HolderSays | null => {
  const text = textOf(join(root, 'holder.json'));
  return text.endsWith('\n') ? (JSON.parse(text) as HolderSays) : null;
};

/** As long as a program needs to begin and end here: one that was started before, and not held, has done so by then. */
export async function longEnough(): Promise<void> {
  await output(place(), { args: node('') });
}

export const textOf = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
export const node = (code: string, ...args: string[]): string[] => ['-e', code, '--', ...args];

/** A program that prints its pid and the pid of a helper it detaches, and stays. */
export const withDetachedHelper = node(`
  const { spawn } = require('node:child_process');
  const helper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  helper.unref();
  console.log(process.pid + ' ' + helper.pid);
  setInterval(() => {}, 1000);
`);

/** Both pids, once it has printed them. */
export function pidsIn(logFile: string): number[] | null {
  const match = /^(\d+) (\d+)\r?\n/.exec(textOf(logFile));
  return match === null ? null : [Number(match[1]), Number(match[2])];
}

export const ascending = (a: number, b: number): number => a - b;
