/** One look at all processes of the machine: from /proc where there is one, else from `ps` (macOS; untried). */
import { execFileSync } from 'node:child_process';
import { livingProcesses } from './proc.ts';

export interface TableRow {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** As /proc and `ps` write it: begins with `T` where it is stopped. */
  readonly state: string;
  /** As exact as the system tells: enough to see that a pid changed hands between two looks. */
  readonly startTime: string;
}

export type ProcessTable = ReadonlyMap<number, TableRow>;

/** Every process that has not ended, by pid. Throws when there is no way to look. */
export function processTable(): ProcessTable {
  return process.platform === 'linux' ? livingProcesses() : parsePs(runPs());
}

const runPs = (): string =>
  execFileSync('/bin/ps', ['-axo', 'pid=,ppid=,pgid=,stat=,lstart='], { encoding: 'utf8', timeout: 5000 });

/** Sessions are not told there; a session's first group has its number, so the group stands for it. */
export function parsePs(text: string): ProcessTable {
  const table = new Map<number, TableRow>();
  for (const line of text.split('\n')) {
    const [, pid, parent, group, state, startTime] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)\s*$/.exec(line) ?? [];
    if (pid === undefined || state === undefined || startTime === undefined || state.startsWith('Z')) continue;
    table.set(Number(pid), { parent: Number(parent), group: Number(group), session: Number(group), state, startTime });
  }
  return table;
}
