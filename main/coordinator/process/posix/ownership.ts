/**
 * Ownership on POSIX systems: a run is the session and process group of its gate, whatever carries its marker, and, where
 * Linux lets us, whoever is in its cgroup.
 */
import type { Ownership, OwnershipOptions, Trees } from '../ownership.ts';
import { Cgroups } from './cgroups.ts';
import { endMembers, signalMembers, signalQuietly } from './ending.ts';
import { freezeMembers, thawMembers } from './freezing.ts';
import { ageSeconds, checkIdentity } from './identity.ts';
import { createPosixLauncher } from './launcher.ts';
import { membersIn, nonceOf } from './members.ts';
import { readBootId } from './proc.ts';
import { processTable } from './process-table.ts';
import { TreeLook } from './tree-look.ts';
import { usageReader } from './usage.ts';

export interface PosixOptions extends OwnershipOptions {
  /** false: as on a system without them. */
  readonly useCgroups?: boolean;
}

export function createPosixOwnership({ root, environment, nursery, log, useCgroups = true }: PosixOptions): Ownership {
  const cgroups = useCgroups ? Cgroups.open(root) : null;
  const launcher = createPosixLauncher({ script: nursery, environment, log, cgroups });
  return { launcher, ...createPosixTrees(cgroups) };
}

export function createPosixTrees(cgroups: Cgroups | null): Trees {
  const look = new TreeLook(cgroups);
  return {
    bootId: readBootId(),
    forceStep: 'SIGKILL',
    hasLauncher: true,
    cannotFreeze: null,
    check: checkIdentity,
    ageSeconds,
    membersOf: (runs) => membersIn(processTable(), runs, cgroups, nonceOf),
    ask: (run, signal) => {
      const is = checkIdentity(run.leader);
      if (is === 'match') signalQuietly(-run.leader.pid, signal);
      // The group of a gate that is gone could be a stranger's by now: whoever is left of it is asked one by one.
      return is === 'match' || (is === 'gone' && signalMembers(run, cgroups, signal) > 0);
    },
    endMembers: (run) => endMembers(run, cgroups),
    endLeader: ({ leader }) => {
      if (checkIdentity(leader) === 'match') signalQuietly(-leader.pid, 'SIGKILL');
    },
    freeze: (run) => freezeMembers(run, cgroups, look),
    thaw: (run) => thawMembers(run, cgroups, look),
    usageOf: usageReader(cgroups),
    forget: (run) => cgroups?.remove(run),
  };
}
