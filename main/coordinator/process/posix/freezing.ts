/**
 * Freezing the members of a run, and letting them go on: by its cgroup where it has one, which takes along what is forked
 * meanwhile; whoever is not in it by SIGSTOP. The gate is left out, so that it can record the exit of an agent that is
 * ended while it is frozen.
 */
import type { RunMark } from '../ownership.ts';
import type { Cgroups } from './cgroups.ts';
import { signalIfSame } from './ending.ts';
import { checkIdentity } from './identity.ts';
import type { TableRow } from './process-table.ts';
import type { Look, TreeLook } from './tree-look.ts';

/** Stopping takes microseconds; what runs after this forks without end. */
const deadlineMs = 3000;
/** A look can miss who is just being forked or is in the middle of an exec; two in a row miss nobody who runs. */
const cleanLooks = 2;

/** Settles with the pids that are not frozen yet. Nothing is signalled while nothing tells whose the leader's pid is. */
export async function freezeMembers(run: RunMark, cgroups: Cgroups | null, trees: TreeLook): Promise<number[]> {
  if (checkIdentity(run.leader) === 'unknown') return [run.leader.pid];
  const hasCgroup = cgroups?.freeze(run, true) ?? false;
  const signalled = new Set<string>();
  let awake: number[] = [];
  let clean = 0;
  await lookUntil(run, trees, (look) => {
    awake = look.outside.filter((pid) => !willNotRun(look.table.get(pid), pid, signalled));
    for (const pid of awake) {
      signalIfSame(pid, look.table.get(pid), 'SIGSTOP');
      signalled.add(keyOf(pid, look.table.get(pid)));
    }
    if (hasCgroup && cgroups?.isFrozen(run) !== true) awake.push(...look.inside);
    // A gate that was just let go has no agent yet: there is nobody to freeze until there is.
    const isTooEarly = look.inside.length + look.outside.length === 0 && checkIdentity(run.leader) === 'match';
    if (isTooEarly) awake = [run.leader.pid];
    clean = awake.length === 0 ? clean + 1 : 0;
    return clean >= cleanLooks;
  });
  return awake;
}

/** Settles with the pids that are still frozen. Who had stopped itself goes on as well: nobody knows who stopped it. */
export async function thawMembers(run: RunMark, cgroups: Cgroups | null, trees: TreeLook): Promise<number[]> {
  if (checkIdentity(run.leader) === 'unknown') return [run.leader.pid];
  cgroups?.freeze(run, false);
  let frozen: number[] = [];
  let looks = 0;
  let clean = 0;
  await lookUntil(run, trees, (look) => {
    const members = [...look.inside, ...look.outside];
    frozen = members.filter((pid) => isStopped(look.table.get(pid)));
    // Everybody once: it also takes back a stop that has not taken hold yet.
    for (const pid of looks === 0 ? members : frozen) signalIfSame(pid, look.table.get(pid), 'SIGCONT');
    looks += 1;
    clean = frozen.length === 0 ? clean + 1 : 0;
    return clean >= cleanLooks;
  });
  return frozen;
}

/** Looks until `isDone` says so of one, or the time is up. */
async function lookUntil(run: RunMark, trees: TreeLook, isDone: (look: Look) => boolean): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  do {
    const look = await trees.of(run);
    if (look !== null && isDone(look)) return;
  } while (performance.now() < deadline);
}

/** By a signal, or by whoever traces it. */
const isStopped = (row: TableRow | undefined): boolean => /^[Tt]/.test(row?.state ?? '');

const keyOf = (pid: number, row: TableRow | undefined): string => `${pid} ${row?.startTime ?? ''}`;

/**
 * Stopped; or in the middle of a system call that a stop does not interrupt (waiting for its vforked child, which is stopped,
 * say) with the stop before it: that takes hold before anything of the program runs again.
 */
const willNotRun = (row: TableRow | undefined, pid: number, signalled: ReadonlySet<string>): boolean =>
  isStopped(row) || (/^[DU]/.test(row?.state ?? '') && signalled.has(keyOf(pid, row)));
