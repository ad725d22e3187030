/**
 * Noticing the end of processes that are not our children, by asking for their identity. All are looked at together by one
 * timer: a hundred timers would wake this process five hundred times a second for nothing.
 */
import type { IdentityCheck } from './ownership.ts';
import { askAgainMs } from './verification.ts';

const lookEveryMs = 250;
/** Whether anybody has the pid is told by one cheap call; whether it is still the same one is asked each so many looks. */
const looksPerCheck = 8;
const looksPerUnknown = askAgainMs / lookEveryMs;

/** Looks at one process; true when the watch is over. */
type Look = () => boolean;

const watches = {
  open: new Set<Look>(),
  timer: null as NodeJS.Timeout | null,

  add(look: Look): void {
    this.open.add(look);
    this.timer ??= setInterval(() => this.lookAtAll(), lookEveryMs).unref();
  },

  lookAtAll(): void {
    for (const look of this.open) if (look()) this.open.delete(look);
    if (this.open.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
  },
};

/**
 * Settles when no process has this identity any more; while nothing tells, it goes on asking, once a second. `isOver` ends
 * the watch early; it settles then, too.
 */
export function goneWatch(pid: number, check: () => IdentityCheck, isOver: () => boolean = () => false): Promise<void> {
  return new Promise((resolve) => {
    let looks = 0;
    let was: IdentityCheck = 'match';
    const ask = (): IdentityCheck => {
      looks += 1;
      const isDue = looks % (was === 'unknown' ? looksPerUnknown : looksPerCheck) === 0;
      if (!isDue && (was === 'unknown' || isTaken(pid))) return was;
      was = check();
      return was;
    };
    watches.add(() => {
      const is = isOver() ? 'gone' : ask();
      if (is !== 'gone' && is !== 'mismatch') return false;
      resolve();
      return true;
    });
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
