/** Holds a run behind the `sh` gate (see gate.ts). */
import { lstatSync } from 'node:fs';
import { fail, ok, type Result } from '../../../../protocol/failures.ts';
import type { HeldRun, Launcher, LaunchOrder } from '../launcher.ts';
import type { Cgroups } from './cgroups.ts';
import { gateOrder } from './gate.ts';
import { type Gate, NurseryClient, type NurseryOptions } from './nursery-client.ts';

export interface PosixLauncherOptions extends NurseryOptions {
  /** null: there are none here. */
  readonly cgroups: Cgroups | null;
}

export function createPosixLauncher({ cgroups, ...options }: PosixLauncherOptions): Launcher {
  const nursery = new NurseryClient(options);
  const heldBy = ({ identity, gone, send, dismiss }: Gate, order: LaunchOrder): HeldRun => ({
    identity,
    gone,
    release: () => send(gateOrder(order, cgroups?.make(order.run) ?? null)),
    abandon: dismiss,
  });
  return {
    async hold(order) {
      const log = checkLog(order.logFile);
      if (!log.ok) return log;
      const gate = await nursery.take();
      return gate.ok ? ok(heldBy(gate.value, order)) : gate;
    },
    holdNow(order) {
      const gate = checkLog(order.logFile).ok ? nursery.takeReady() : null;
      return gate === null ? null : heldBy(gate, order);
    },
    close: () => {
      nursery.close();
      cgroups?.close();
    },
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
