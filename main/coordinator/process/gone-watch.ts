/** Noticing the end of a process that is not our child, by asking for its identity. */
import type { IdentityCheck } from './ownership.ts';
import { askAgainMs } from './verification.ts';

const lookEveryMs = 200;
/** Whether anybody has the pid is told by one cheap call; whether it is still the same one is asked each so many looks. */
const looksPerCheck = 5;

/**
 * Settles when no process has this identity any more; while nothing tells, it goes on asking. `isOver` ends the watch
 * early; it settles then, too.
 */
export function goneWatch(pid: number, check: () => IdentityCheck, isOver: () => boolean = () => false): Promise<void> {
  return new Promise((resolve) => {
    let looks = 0;
    let was: IdentityCheck = 'match';
    const ask = (): IdentityCheck => {
      looks += 1;
      if (looks % looksPerCheck !== 0 && was === 'match' && isTaken(pid)) return was;
      was = check();
      return was;
    };
    const look = (): void => {
      const is = isOver() ? 'gone' : ask();
      if (is === 'gone' || is === 'mismatch') resolve();
      else setTimeout(look, is === 'unknown' ? askAgainMs : lookEveryMs).unref();
    };
    setTimeout(look, lookEveryMs).unref();
  });
}

/** True while any process has the pid, a zombie too. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
