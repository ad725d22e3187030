/**
 * The way without jobs: the program is started directly (no `cmd.exe`, no console window) at the moment it is held, with
 * files as its input and output, so that it outlives the coordinator. The coordinator sees the exit while it runs; what
 * ended while it was away is settled from other evidence.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from '../../../../protocol/agent.ts';
import { ok, type Result } from '../../../../protocol/failures.ts';
import { agentEnvironment } from '../../runtimes/environment.ts';
import { claimName } from '../exit-record.ts';
import type { HeldRun, Launcher, LaunchOrder } from '../launcher.ts';
import { writeExitLogged } from './exit-file.ts';
import { startFailed } from './start-failed.ts';

export interface DirectLauncherOptions {
  /** What every agent inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of a child of ours that lives. */
  readonly identityOf: (pid: number) => Identity;
  /** Its exit was seen. */
  readonly ended: (pid: number) => void;
  readonly log: (line: string) => void;
}

export function createDirectLauncher(options: DirectLauncherOptions): Launcher {
  return { hold: (order) => hold(options, order), holdNow: () => null, close: () => undefined };
}

function hold(options: DirectLauncherOptions, order: LaunchOrder): Promise<Result<HeldRun>> {
  let input: number | null = null;
  let log: number | null = null;
  let claim: number | null = null;
  try {
    input = openSync(order.inputFile, 'r');
    log = openSync(order.logFile, 'a', 0o600);
    claim = openSync(join(order.attemptFolder, claimName), 'wx', 0o600); // Before the start: who fails here starts nothing.
    const child = spawn(order.file, order.args, {
      cwd: order.cwd,
      env: agentEnvironment(options.environment, order.env, 'win32'),
      stdio: [input, log, log],
      detached: true,
      windowsHide: true,
    });
    writeSync(claim, `${child.pid ?? ''}\n`);
    return started(options, child, order);
  } catch (error) {
    return Promise.resolve(failed(order, error));
  } finally {
    if (input !== null) closeSync(input);
    if (log !== null) closeSync(log);
    if (claim !== null) closeSync(claim);
  }
}

function started(
  { identityOf, ended, log }: DirectLauncherOptions,
  child: ChildProcess,
  order: LaunchOrder,
): Promise<Result<HeldRun>> {
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) ended(child.pid);
      if (code !== null) writeExitLogged(order.attemptFolder, { code, at: new Date() }, log);
      resolve({ code, signal });
    });
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(failed(order, error)));
    if (child.pid === undefined) return;
    child.unref();
    resolve(ok({ identity: identityOf(child.pid), release: () => undefined, abandon: () => child.kill(), gone }));
  });
}

const failed = (order: LaunchOrder, error: unknown): Result<never> =>
  startFailed(order, error instanceof Error ? error.message : String(error));
