/** Holds a run behind the `sh` gate (see gate.ts). */
import { lstatSync } from 'node:fs';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { gateOrder } from './gate.ts';
import type { Launcher } from './launcher.ts';
import { NurseryClient, type NurseryOptions } from './nursery-client.ts';

export function createPosixLauncher(options: NurseryOptions): Launcher {
  const nursery = new NurseryClient(options);
  return {
    async hold(order) {
      const log = checkLog(order.logFile);
      if (!log.ok) return log;
      const gate = await nursery.take();
      if (!gate.ok) return gate;
      const { identity, gone, send, dismiss } = gate.value;
      return ok({ identity, gone, release: () => send(gateOrder(order)), abandon: dismiss });
    },
    close: () => nursery.close(),
  };
}

/** The gate makes the log, for the user alone, and appends to it. Something else in its place is refused. */
function checkLog(path: string): Result<void> {
  const info = lstatSync(path, { throwIfNoEntry: false });
  if (info === undefined || info.isFile()) return ok(undefined);
  return fail(
    'SPAWN_FAILED',
    `The log file ${path} is not a regular file. Remove what stands in its place, then deploy again with a new request_id.`,
  );
}
