/** Noticing the end of a process that is not our child, by asking for its identity. */
import type { IdentityCheck } from './ownership.ts';
import { askAgainMs } from './verification.ts';

const lookEveryMs = 200;

/**
 * Settles when no process has this identity any more; while nothing tells, it goes on asking. `isOver` ends the watch
 * early; it settles then, too.
 */
export function goneWatch(check: () => IdentityCheck, isOver: () => boolean = () => false): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      const is = isOver() ? 'gone' : check();
      if (is === 'gone' || is === 'mismatch') resolve();
      else setTimeout(look, is === 'unknown' ? askAgainMs : lookEveryMs).unref();
    };
    setTimeout(look, lookEveryMs).unref();
  });
}
