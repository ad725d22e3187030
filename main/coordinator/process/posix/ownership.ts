/** Ownership on POSIX systems: a run is the session and process group of its gate, and whatever carries its marker. */
import type { Ownership, OwnershipOptions, Trees, TreeUsage } from '../ownership.ts';
import { checkIdentity } from './identity.ts';
import { createPosixLauncher } from './launcher.ts';
import { readBootId } from './proc.ts';
import { endMembers, membersOf, signalQuietly } from './tree.ts';

export function createPosixOwnership({ environment, nursery, log }: OwnershipOptions): Ownership {
  return { launcher: createPosixLauncher({ script: nursery, environment, log }), ...createPosixTrees() };
}

export function createPosixTrees(): Trees {
  return {
    bootId: readBootId(),
    forceStep: 'SIGKILL',
    check: checkIdentity,
    membersOf,
    ask: ({ leader }, signal) => {
      if (checkIdentity(leader) !== 'match') return false;
      signalQuietly(-leader.pid, signal);
      return true;
    },
    endMembers,
    endLeader: ({ leader }) => {
      if (checkIdentity(leader) === 'match') signalQuietly(-leader.pid, 'SIGKILL');
    },
    usageOf: (runs) => {
      const members = membersOf(runs);
      const usage = ({ nonce }: { readonly nonce: string }): TreeUsage => ({
        cpuSeconds: null,
        memoryMb: null,
        processes: members.get(nonce)?.length ?? null,
      });
      return Promise.resolve(new Map(runs.map((run) => [run.nonce, usage(run)])));
    },
    forget: () => undefined,
  };
}
