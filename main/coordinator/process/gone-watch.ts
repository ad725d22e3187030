/** Noticing the end of a process that is not our child, by asking for its identity. */
import type { Identity } from '../../../protocol/agent.ts';
import type { Trees } from './ownership.ts';

const lookEveryMs = 200;

/** Settles when no process has this identity any more. `isOver` ends the watch early; it settles then, too. */
export function goneWatch(
  check: Trees['check'],
  identity: Identity,
  isOver: () => boolean = () => false,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!isOver() && !['mismatch', 'gone'].includes(check(identity))) return;
      clearInterval(timer);
      resolve();
    }, lookEveryMs);
    timer.unref();
  });
}
