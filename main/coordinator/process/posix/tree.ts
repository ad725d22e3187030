/**
 * Everything that belongs to a run: its session and process group, and whatever carries its marker in the environment,
 * which finds helpers that left the group (a detached server, a shell in a session of its own).
 */
import type { RunMark } from '../ownership.ts';
import { until } from '../wait.ts';
import { checkIdentity, isAlive } from './identity.ts';
import { allPids, readEnvironment, readStat } from './proc.ts';

/** A killed process is gone in milliseconds; what is still there after this cannot be killed (uninterruptible sleep). */
const killDeadlineMs = 3000;

/** Living members of each run, by nonce, without the leaders. One pass over the process table for any number of runs. */
export function membersOf(runs: readonly RunMark[]): Map<string, number[]> {
  const members = new Map<string, number[]>(runs.map(({ nonce }) => [nonce, []]));
  if (process.platform !== 'linux') return members;
  // While a session has a member its number is not given to another process. So if a stranger has the leader's pid, the
  // session of that number is the stranger's too, and only the marker tells who belongs to us.
  const ours = runs.filter(({ leader }) => ['match', 'gone'].includes(checkIdentity(leader)));
  const byLeader = new Map(ours.map(({ leader, nonce }) => [leader.pid, nonce]));
  for (const pid of allPids()) {
    if (pid === process.pid || byLeader.has(pid)) continue;
    const stat = readStat(pid);
    if (stat === null || stat.state === 'Z' || stat.state === 'X') continue;
    const nonce = byLeader.get(stat.session) ?? byLeader.get(stat.group) ?? nonceIn(pid);
    if (nonce !== null && nonce !== undefined) members.get(nonce)?.push(pid);
  }
  return members;
}

function nonceIn(pid: number): string | null {
  const environment = readEnvironment(pid);
  if (environment === null) return null;
  return /(?:^|\0)ZIGGIE_RUN=([^\0]*)/.exec(environment)?.[1] ?? null;
}

/** Kills the members of a run, and those they start meanwhile, until a scan finds none. Settles with the survivors. */
export async function endMembers(mark: RunMark): Promise<number[]> {
  const deadline = performance.now() + killDeadlineMs;
  for (;;) {
    const members = membersOf([mark]).get(mark.nonce) ?? [];
    if (members.length === 0) return [];
    for (const pid of members) signalQuietly(pid, 'SIGKILL');
    const left = deadline - performance.now();
    if (left <= 0) return stillAlive(members);
    await until(() => stillAlive(members).length === 0, 10, left);
  }
}

/** Sends the signal; a process that is gone by now is what was wanted. */
export function signalQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** Those of the pids that still live. */
const stillAlive = (pids: readonly number[]): number[] => pids.filter(isAlive);
