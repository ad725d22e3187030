/**
 * Who a process is on Windows, as far as Node tells: a child of ours keeps its pid while we hold its handle, so it is known
 * while it lives; of any other process nothing tells whether it is the one that was meant.
 */
import type { Identity } from '../../../../protocol/agent.ts';
import type { IdentityCheck } from '../ownership.ts';

const ownChildren = new Set<number>();

/** To be called for a child of ours that lives; `ended` when its exit was seen. */
export function identityOf(pid: number): Identity {
  ownChildren.add(pid);
  return { pid, start_time: null, boot_id: null };
}

export function ended(pid: number): void {
  ownChildren.delete(pid);
}

export function checkIdentity({ pid }: Identity): IdentityCheck {
  if (!isAlive(pid)) return 'gone';
  return ownChildren.has(pid) ? 'match' : 'unknown';
}

/** True if a process has the pid. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
