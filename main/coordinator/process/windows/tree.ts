/**
 * Ending a process tree without a job: taskkill by its absolute path, then `tree-kill`, then the one process alone. Each
 * is judged by what is left. Windows has no polite signal for such a process.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import treeKill from 'tree-kill';
import { until } from '../wait.ts';
import { isAlive } from './direct-identity.ts';

const helperLimitMs = 5000;
const goneMs = 1000;

/**
 * Settles with the pid when it could not be ended. `isOurs` is asked before each step: Windows gives the pid of a process
 * that has ended to the next one, which is a stranger.
 */
export async function endTree(pid: number, isOurs: () => boolean): Promise<number[]> {
  for (const end of [byTaskkill, byTreeKill, byNode]) {
    if (!isOurs()) return [];
    await end(pid);
    if (await until(() => !isAlive(pid) || !isOurs(), 20, goneMs)) return [];
  }
  return [pid];
}

function byTaskkill(pid: number): Promise<void> {
  const taskkill = join(process.env['SystemRoot'] ?? String.raw`C:\Windows`, 'System32', 'taskkill.exe');
  return new Promise((resolve) => {
    execFile(taskkill, ['/PID', String(pid), '/T', '/F'], { windowsHide: true, timeout: helperLimitMs }, () =>
      resolve(),
    );
  });
}

function byTreeKill(pid: number): Promise<void> {
  return new Promise((resolve) => {
    try {
      treeKill(pid, 'SIGKILL', () => resolve());
    } catch {
      resolve(); // It throws where no helper can be started.
    }
  });
}

function byNode(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return Promise.resolve(); // Gone by now, or not ours to end: what is left tells.
  }
  return Promise.resolve();
}
