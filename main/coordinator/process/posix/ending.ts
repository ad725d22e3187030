/** Ending the members of a run by force, and signals. */
import type { RunMark } from '../ownership.ts';
import { until } from '../wait.ts';
import type { Cgroups } from './cgroups.ts';
import { isAlive } from './identity.ts';
import { membersIn, nonceOf } from './members.ts';
import { readStat } from './proc.ts';
import { type ProcessTable, processTable, type TableRow } from './process-table.ts';

/** A killed process is gone in milliseconds; what is still there after this cannot be killed (uninterruptible sleep). */
const killDeadlineMs = 3000;
const lookEveryMs = 10;

/** A look can miss who is just being forked or is in the middle of an exec; two in a row miss nobody. */
const cleanLooks = 2;

/** Kills the members of a run, and those they start meanwhile, until two looks find none. Settles with the survivors. */
export async function endMembers(run: RunMark, cgroups: Cgroups | null): Promise<number[]> {
  const deadline = performance.now() + killDeadlineMs;
  let members: number[] = [];
  let clean = 0;
  for (;;) {
    const left = deadline - performance.now();
    const table = tableOrNull();
    if (table !== null) {
      members = membersIn(table, [run], cgroups, nonceOf).get(run.nonce) ?? [];
      clean = members.length === 0 ? clean + 1 : 0;
      if (clean === cleanLooks) return [];
      cgroups?.kill(run);
      for (const pid of members) signalIfSame(pid, table.get(pid), 'SIGKILL');
    }
    if (left <= 0) return members.filter(isAlive);
    const killed = members;
    await until(() => killed.length > 0 && !killed.some(isAlive), lookEveryMs, Math.min(left, 500));
  }
}

/** Out of descriptors, or `ps` does not answer: asked again until the time is up. */
function tableOrNull(): ProcessTable | null {
  try {
    return processTable();
  } catch {
    return null;
  }
}

/** Signals each member; how many there were. */
export function signalMembers(run: RunMark, cgroups: Cgroups | null, signal: NodeJS.Signals): number {
  const table = tableOrNull();
  const members = table === null ? [] : (membersIn(table, [run], cgroups, nonceOf).get(run.nonce) ?? []);
  for (const pid of members) signalIfSame(pid, table?.get(pid), signal);
  return members.length;
}

/** Between the look and the signal a pid may have changed hands. */
export function signalIfSame(pid: number, seen: TableRow | undefined, signal: NodeJS.Signals): void {
  if (process.platform === 'linux' && readStat(pid)?.startTime !== seen?.startTime) return;
  signalQuietly(pid, signal);
}

/** Sends the signal; a process that is gone by now is what was wanted. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone, or somebody else's now (a program that changed its user): what is left is looked at afterwards.
  }
}
