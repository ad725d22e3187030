/**
 * Who belongs to a run: whoever is in its cgroup, where there are cgroups; its session and process group; and whatever
 * carries its marker in the environment, which finds helpers that left the group (a detached server, a shell in a session
 * of its own). Where environments cannot be read, descendants stand in for the marker.
 */
import type { Identity } from '../../../../protocol/agent.ts';
import type { IdentityCheck, RunMark } from '../ownership.ts';
import type { Cgroups } from './cgroups.ts';
import { checkIdentity, isOfThisBoot } from './identity.ts';
import { readEnvironment } from './proc.ts';
import type { ProcessTable, TableRow } from './process-table.ts';

/** The run that a process's environment names; null: none, or it cannot be read. */
export type NonceOf = (pid: number, row: TableRow) => string | null;

/** Members of each run, by nonce, without the leaders and without ourselves. */
export function membersIn(
  table: ProcessTable,
  runs: readonly RunMark[],
  cgroups: Cgroups | null,
  nonceOf: NonceOf,
): Map<string, number[]> {
  const members = new Map<string, number[]>(runs.map(({ nonce }) => [nonce, []]));
  const inCgroup = new Map(runs.flatMap((run) => cgroups?.members(run).map((pid) => [pid, run.nonce] as const) ?? []));
  // While a session has a member its number is not given to another process. So if a stranger has the leader's pid, the
  // session of that number is the stranger's too, and only cgroup and marker tell who belongs to us. The same holds where
  // the leader was gone before anybody looked: a stranger that had its number may be gone, too, and have left its session.
  const ours = runs.filter(({ leader, leaderUnseen }) => {
    const is = checkIn(table, leader);
    return is === 'match' || (is === 'gone' && leaderUnseen !== true);
  });
  const byLeader = new Map(ours.map(({ leader, nonce }) => [leader.pid, nonce]));
  const byDescent = process.platform === 'linux' ? null : descent(table, byLeader);
  for (const [pid, row] of table) {
    if (pid === process.pid || byLeader.has(pid)) continue;
    const nonce =
      inCgroup.get(pid) ??
      byLeader.get(row.session) ??
      byLeader.get(row.group) ??
      byDescent?.get(pid) ??
      nonceOf(pid, row);
    if (nonce !== null) members.get(nonce)?.push(pid);
  }
  // Forked after the table was read.
  for (const [pid, nonce] of inCgroup) if (!table.has(pid) && pid !== process.pid) members.get(nonce)?.push(pid);
  return members;
}

/** The table is as fresh as a look at the process itself; who is not in it has ended, or could not be read. */
function checkIn(table: ProcessTable, leader: Identity): IdentityCheck {
  const row = table.get(leader.pid);
  return row?.startTime === leader.start_time && isOfThisBoot(leader) ? 'match' : checkIdentity(leader);
}

/** The run of each process whose parents, followed upward, come to a leader. */
function descent(table: ProcessTable, byLeader: ReadonlyMap<number, string>): Map<number, string> {
  const found = new Map<number, string>();
  for (const pid of table.keys()) {
    let at = pid;
    for (let steps = 0; steps < 1000 && at > 1 && !byLeader.has(at); steps++) at = table.get(at)?.parent ?? 0;
    const nonce = byLeader.get(at);
    if (nonce !== undefined) found.set(pid, nonce);
  }
  return found;
}

export const nonceOf: NonceOf = (pid) => {
  const environment = process.platform === 'linux' ? readEnvironment(pid) : null;
  return environment === null ? null : (/(?:^|\0)ZIGGIE_RUN=([^\0]*)/.exec(environment)?.[1] ?? null);
};

/**
 * The same for somebody who looks again and again: a process is asked once. One that is seen between fork and exec is
 * remembered by its parent's environment, which has the same marker; good enough to measure, not to decide an end.
 */
export function rememberingNonceOf(): {
  readonly nonceOf: NonceOf;
  readonly forgetAllBut: (table: ProcessTable) => void;
} {
  const known = new Map<number, { readonly startTime: string; readonly nonce: string | null }>();
  return {
    nonceOf: (pid, row) => {
      const before = known.get(pid);
      if (before?.startTime === row.startTime) return before.nonce;
      const nonce = nonceOf(pid, row);
      known.set(pid, { startTime: row.startTime, nonce });
      return nonce;
    },
    forgetAllBut: (table) => {
      for (const pid of known.keys()) if (!table.has(pid)) known.delete(pid);
    },
  };
}
