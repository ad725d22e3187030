/** Holds a run behind the `sh` gate (see gate.ts). */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { gateScript, goLine } from './gate.ts';
import { identityOf } from './identity.ts';
import type { HeldRun, Launcher, LaunchOrder } from './launcher.ts';

export const posixLauncher: Launcher = {
  async hold(order) {
    const log = openLog(order.logFile);
    if (!log.ok) return log;
    try {
      const gate = spawn(
        '/bin/sh',
        ['-c', gateScript, 'ziggie-gate', order.attemptFolder, order.inputFile, order.file, ...order.args],
        {
          cwd: order.cwd,
          env: order.env,
          stdio: ['pipe', log.value, log.value],
          detached: true, // A session and group of its own: it outlives the coordinator and can be signalled as one.
        },
      );
      return await spawned(gate, order);
    } catch (error) {
      return spawnFailed(order, error);
    } finally {
      closeSync(log.value);
    }
  },
};

function openLog(path: string): Result<number> {
  try {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    return ok(openSync(path, flags, 0o600));
  } catch (error) {
    return fail(
      'SPAWN_FAILED',
      `The log file ${path} cannot be opened: ${String(error)}. Check the folder and its free space.`,
    );
  }
}

/** `error` and `spawn` are the only two ways a spawn settles; the pid is known at once when it worked. */
function spawned(gate: ChildProcess, order: LaunchOrder): Promise<Result<HeldRun>> {
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    gate.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return new Promise((resolve) => {
    gate.once('error', (error) => resolve(spawnFailed(order, error)));
    if (gate.pid === undefined) return; // `error` follows.
    gate.unref();
    // The gate may be gone when it is told to go (stopped meanwhile): its exit says so, the broken pipe adds nothing.
    gate.stdin?.on('error', () => undefined);
    resolve(
      ok({
        identity: identityOf(gate.pid),
        release: () => gate.stdin?.end(goLine),
        abandon: () => gate.stdin?.end(),
        gone,
      }),
    );
  });
}

function spawnFailed(order: LaunchOrder, error: unknown): Result<never> {
  const reason = error instanceof Error ? error.message : String(error);
  return fail(
    'SPAWN_FAILED',
    `${order.file} could not be started in ${order.cwd}: ${reason}. Check that the folder exists and that processes may be started.`,
    {
      file: order.file,
      cwd: order.cwd,
    },
  );
}
