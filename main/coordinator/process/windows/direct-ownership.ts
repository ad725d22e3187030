/** Ownership on Windows without jobs: the program that was started, and its tree as taskkill sees it. */
import type { Ownership, OwnershipOptions, RunMark } from '../ownership.ts';
import { checkIdentity, ended, identityOf } from './direct-identity.ts';
import { createDirectLauncher } from './direct-launcher.ts';
import { DirectUsage } from './direct-usage.ts';
import { endTree } from './tree.ts';

export function createDirectOwnership({ environment, log }: OwnershipOptions): Ownership {
  const usage = new DirectUsage();
  return {
    launcher: createDirectLauncher({ environment, identityOf, ended, log }),
    bootId: null,
    forceStep: 'TERMINATE',
    hasLauncher: false,
    cannotFreeze:
      'without koffi nothing tells which processes belong to an agent. Run "npm install koffi" and start the coordinator again',
    check: checkIdentity,
    membersOf: (runs) => new Map(runs.map((run) => [run.nonce, membersOf(run)])),
    ask: () => false,
    endMembers: ({ leader }) => endTree(leader.pid, () => checkIdentity(leader) === 'match'),
    endLeader: () => undefined, // It is a member here.
    freeze: () => Promise.resolve([]), // Not asked for: see cannotFreeze.
    thaw: () => Promise.resolve([]),
    usageOf: (runs) => Promise.resolve(usage.of(runs.filter(({ leader }) => checkIdentity(leader) === 'match'))),
    forget: () => undefined,
  };
}

/** What the program itself started is not seen here. */
const membersOf = ({ leader }: RunMark): number[] => (checkIdentity(leader) === 'match' ? [leader.pid] : []);
