/** Holds a run behind the `sh` gate (see gate.ts). */
import { closeSync, constants, openSync } from 'node:fs';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { GatePool } from './gate-pool.ts';
import { gateOrder } from './gate.ts';
import type { Launcher } from './launcher.ts';

export function createPosixLauncher(environment: Readonly<Record<string, string>>): Launcher {
  const pool = new GatePool(environment);
  return {
    async hold(order) {
      const log = makeLog(order.logFile);
      if (!log.ok) return log;
      const gate = await pool.take();
      if (!gate.ok) return gate;
      const { identity, gone, send, dismiss } = gate.value;
      return ok({ identity, gone, release: () => send(gateOrder(order)), abandon: dismiss });
    },
    close: () => pool.close(),
  };
}

/** The file is there, for the user alone, before the gate appends to it. A link in its place is refused. */
function makeLog(path: string): Result<void> {
  try {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
    closeSync(openSync(path, flags, 0o600));
    return ok(undefined);
  } catch (error) {
    return fail(
      'SPAWN_FAILED',
      `The log file ${path} cannot be opened: ${String(error)}. Check the folder and its free space.`,
    );
  }
}
