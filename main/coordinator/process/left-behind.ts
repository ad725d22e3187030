/** What is found of an agent whose coordinator went: the journal's word, the launcher, the files of the attempt. */
import type { Agent, Identity, Life } from '../../../protocol/agent.ts';
import { type Claim, isEmptyClaim, readClaim, readExitRecord } from './exit-record.ts';
import type { IdentityCheck, Trees } from './ownership.ts';
import type { LeftBehind } from './recovery.ts';

export type Begun = Extract<Life, { status: 'starting' | 'running' | 'paused' | 'stopping' }>;

export interface Found {
  readonly left: LeftBehind;
  /** The launcher, as far as anything tells who it is. */
  readonly leader: Identity;
}

/** No process has this pid on any system: the launcher of which nothing is known. */
const nobody: Identity = { pid: 2_147_483_647, start_time: null, boot_id: null };

/** Without result line and report: they only decide how a run ended that is settled, and are read then. */
export function lookAt(life: Begun, attemptFolder: string, trees: Trees): Found {
  const known = life.status === 'starting' ? null : life.identity;
  // Before its files: a launcher that is gone makes no claim after this, one that lives may make it any moment.
  const is = known === null ? null : trees.check(known);
  const claim = claimOf(is, attemptFolder, trees);
  const exit = readExitRecord(attemptFolder);
  // A claim names its launcher, without the start time that would tell it from a stranger: it is at most `unknown`.
  const claimant = claim.is === 'claimed' && claim.pid !== null ? { ...nobody, pid: claim.pid } : null;
  const leader = known ?? claimant;
  const left = {
    life: life.status,
    identity: is ?? (leader === null ? 'none' : trees.check(leader)),
    boot: known === null || known.boot_id === trees.bootId ? 'same' : 'other',
    claim: claim.is,
    exit: exit === null ? 'none' : exit.code === 0 ? 'zero' : 'other',
    result: 'none',
    report: 'other',
  } as const;
  return { left, leader: leader ?? nobody };
}

/** The empty claim of a gate that is gone is none. */
function claimOf(is: IdentityCheck | null, attemptFolder: string, { hasLauncher }: Trees): Claim {
  const isGone = is === 'gone' || is === 'mismatch';
  return hasLauncher && isGone && isEmptyClaim(attemptFolder) ? { is: 'absent' } : readClaim(attemptFolder);
}

export const begunLife = ({ life }: Agent): Begun | null =>
  life.status === 'starting' || life.status === 'running' || life.status === 'paused' || life.status === 'stopping'
    ? life
    : null;
