/** Ending a process tree on Windows by `tree-kill`, which calls taskkill. Windows has no polite signal for such a process. */
import treeKill from 'tree-kill';
import { isAlive } from './identity.ts';
import type { StopOutcome } from './stop-outcome.ts';
import { within } from './wait.ts';

const deadlineMs = 5000;

export async function endTreeOnWindows(pid: number, gone: Promise<unknown>): Promise<StopOutcome> {
  await new Promise<void>((resolve) => {
    treeKill(pid, 'SIGKILL', () => resolve()); // Its error is judged by what is left below.
  });
  await within(gone, deadlineMs);
  return { steps: ['TERMINATE'], survivors: isAlive(pid) ? [pid] : [] };
}
