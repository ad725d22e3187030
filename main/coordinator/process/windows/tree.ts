/** Ending a process tree on Windows by `tree-kill`, which calls taskkill. Windows has no polite signal for such a process. */
import treeKill from 'tree-kill';
import { until } from '../wait.ts';
import { isAlive } from './identity.ts';

const deadlineMs = 5000;

/** Settles with the pid when it could not be ended. */
export async function endTree(pid: number): Promise<number[]> {
  await new Promise<void>((resolve) => {
    treeKill(pid, 'SIGKILL', () => resolve()); // Its error is judged by what is left below.
  });
  return (await until(() => !isAlive(pid), 20, deadlineMs)) ? [] : [pid];
}
