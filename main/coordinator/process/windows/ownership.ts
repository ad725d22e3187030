/** Ownership on Windows, in its simplest form: the program that was started, and its tree as taskkill sees it. */
import type { Ownership, OwnershipOptions, RunMark, TreeUsage } from '../ownership.ts';
import { checkIdentity } from './identity.ts';
import { createWindowsLauncher } from './launcher.ts';
import { endTree } from './tree.ts';

export function createWindowsOwnership({ environment }: OwnershipOptions): Ownership {
  return {
    launcher: createWindowsLauncher({ environment }),
    bootId: null,
    forceStep: 'TERMINATE',
    hasLauncher: false,
    check: checkIdentity,
    membersOf: (runs) => new Map(runs.map((run) => [run.nonce, membersOf(run)])),
    ask: () => false,
    endMembers: ({ leader }) => (checkIdentity(leader) === 'match' ? endTree(leader.pid) : Promise.resolve([])),
    endLeader: () => undefined, // It is a member here.
    usageOf: (runs) => Promise.resolve(new Map(runs.map(({ nonce }) => [nonce, unknown]))),
    forget: () => undefined,
  };
}

/** What the program itself started is not seen here. */
const membersOf = ({ leader }: RunMark): number[] => (checkIdentity(leader) === 'match' ? [leader.pid] : []);
const unknown: TreeUsage = { cpuSeconds: null, memoryMb: null, processes: null };
