/**
 * The first way on Windows: the program is started directly (no `cmd.exe`, no console window) at the moment of release,
 * with files as its input and output, so that it outlives the coordinator. There is no gate there: the coordinator sees
 * the exit while it runs; what ended while it was away is settled from other evidence.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../../protocol/failures.ts';
import { claimName, exitRecordName } from '../exit-record.ts';
import type { HeldRun, Launcher, LaunchOrder } from '../launcher.ts';
import { ended, identityOf } from './identity.ts';

/** `environment` is what every agent inherits. */
export function createWindowsLauncher({
  environment,
}: {
  readonly environment: Readonly<Record<string, string>>;
}): Launcher {
  return {
    hold: (order) => hold({ ...order, env: { ...environment, ...order.env } }),
    holdNow: () => null,
    close: () => undefined,
  };
}

function hold(order: LaunchOrder): Promise<Result<HeldRun>> {
  let input: number | null = null;
  let log: number | null = null;
  try {
    writeFileSync(join(order.attemptFolder, claimName), 'windows', { flag: 'wx' });
    input = openSync(order.inputFile, 'r');
    log = openSync(order.logFile, 'a', 0o600);
    const child = spawn(order.file, order.args, {
      cwd: order.cwd,
      env: order.env,
      stdio: [input, log, log],
      detached: true,
      windowsHide: true,
    });
    return started(child, order);
  } catch (error) {
    return Promise.resolve(failed(order, error));
  } finally {
    if (input !== null) closeSync(input);
    if (log !== null) closeSync(log);
  }
}

function started(child: ChildProcess, order: LaunchOrder): Promise<Result<HeldRun>> {
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => {
      if (child.pid !== undefined) ended(child.pid);
      if (code !== null) writeFileSync(join(order.attemptFolder, exitRecordName), `{"code":${code}}\n`);
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

function failed(order: LaunchOrder, error: unknown): Result<never> {
  const reason = error instanceof Error ? error.message : String(error);
  return fail(
    'SPAWN_FAILED',
    `${order.file} could not be started in ${order.cwd}: ${reason}. Check that the program and the folder exist.`,
    {
      file: order.file,
      cwd: order.cwd,
    },
  );
}
