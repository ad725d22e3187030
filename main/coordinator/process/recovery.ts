/**
 * What is done with an agent that was not over when the last coordinator went. One table; nothing is run again by
 * itself: a run is started here only when it provably never began.
 *
 *   life      same boot  launcher alive  claim    exit record   -> what is done
 *   queued    any        -               -        -             -> leave queued
 *   starting  yes        -               no       -             -> start (it was never let go)
 *   starting  no         -               no       -             -> start (it was never let go)
 *   running   yes        yes             yes      no            -> adopt
 *   running   yes        yes             no       no            -> wait for it to claim or leave, then decide again
 *   running   yes        no              no       no            -> start (held, never let go, or let go too late)
 *   running   no         -               no       no            -> lost (the machine went down; it may have begun)
 *   any       any        any             yes      yes           -> settle from the exit record
 *   any       any        no              yes      no            -> settle from result line or report, else lost
 *   any       any        unknown         any      no            -> adopt unverified: watched, never signalled
 *   stopping  as running, and the stop is carried on; what never began ends as stopped
 */
import type { Identity } from '../../../protocol/agent.ts';
import type { Claim, ExitStatus } from './exit-record.ts';
import type { IdentityCheck } from './ownership.ts';

export interface LeftBehind {
  readonly status: 'starting' | 'running' | 'stopping';
  readonly identity: Identity | null;
  readonly sameBoot: boolean;
  readonly launcher: IdentityCheck;
  readonly claim: Claim;
  readonly exit: ExitStatus | null;
}

export type Recovery = 'start' | 'adopt' | 'wait' | 'settle' | 'end_unbegun';

export function recoveryOf({ status, identity, sameBoot, launcher, claim, exit }: LeftBehind): Recovery {
  if (exit !== null) return 'settle';
  const alive = launcher === 'match' || launcher === 'unknown';
  if (claim.is === 'claimed') return alive ? 'adopt' : 'settle';
  if (identity === null) return status === 'stopping' ? 'end_unbegun' : 'start';
  if (alive) return launcher === 'unknown' ? 'adopt' : 'wait';
  if (!sameBoot) return 'settle';
  return status === 'stopping' ? 'end_unbegun' : 'start';
}
