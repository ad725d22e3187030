/** The cgroups of a coordinator's runs, found from one of its agents. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownCgroup } from '../../../main/coordinator/process/posix/cgroups.ts';

/**
 * The folder that has one for each run, by the processes of a run (its launcher stays outside); null where agents run in
 * the coordinator's own, because there are none here.
 */
export function runsCgroup(coordinator: number, processes: readonly number[]): string | null {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const cgroupOf = (pid: number): string | null => ownCgroup(mounts, readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  const own = cgroupOf(coordinator);
  const its = processes.map(cgroupOf).find((one) => one !== null && one !== own);
  return its === undefined || its === null ? null : dirname(its);
}

export const foldersIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
