/** What Linux tells of processes through /proc. */
import { readdirSync } from 'node:fs';
import { readSmallFile } from './small-file.ts';

export interface ProcStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks after boot, field 22: with the boot id it tells two processes of one pid apart. */
  readonly startTime: string;
  /** Processor time of the process itself, clock ticks. */
  readonly cpuTicks: number;
  /** Processor time of those of its children that it has collected, and of theirs, clock ticks. */
  readonly collectedTicks: number;
  readonly residentPages: number;
}

/** `unreadable`: something is there and does not let itself be read (no right, no descriptor free). */
export function lookUp(pid: number): ProcStat | 'gone' | 'unreadable' {
  const text = read(`/proc/${pid}/stat`);
  return typeof text === 'string' ? parseStat(text) : text.is;
}

/** null: gone, or it cannot be read. */
export function readStat(pid: number): ProcStat | null {
  const found = lookUp(pid);
  return typeof found === 'string' ? null : found;
}

function parseStat(text: string): ProcStat {
  // The name in parentheses may hold anything, blanks and parentheses too; the fields begin after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  return {
    state: fields[0] ?? '',
    parent: number(1),
    group: number(2),
    session: number(3),
    startTime: fields[19] ?? '',
    cpuTicks: number(11) + number(12),
    collectedTicks: number(13) + number(14),
    residentPages: number(21),
  };
}

/** Every process that has not ended, by pid; one pass. Throws when /proc cannot be listed. */
export function livingProcesses(): Map<number, ProcStat> {
  const table = new Map<number, ProcStat>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat !== null && !hasEnded(stat)) table.set(Number(name), stat);
  }
  return table;
}

/** A zombie has ended: it only waits for its parent to ask how. */
export const hasEnded = ({ state }: ProcStat): boolean => state === 'Z' || state === 'X';

/** The environment a process was started with; null when it is gone or cannot be read. */
export function readEnvironment(pid: number): string | null {
  const text = read(`/proc/${pid}/environ`);
  return typeof text === 'string' ? text : null;
}

/** Which boot of the machine this is; null where the system does not tell. It cannot change while this process lives. */
export function readBootId(): string | null {
  return bootId;
}

function read(path: string): string | { readonly is: 'gone' | 'unreadable' } {
  try {
    return readSmallFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return { is: code === 'ENOENT' || code === 'ESRCH' ? 'gone' : 'unreadable' };
  }
}

function bootIdOfLinux(): string | null {
  const text = read('/proc/sys/kernel/random/boot_id');
  return typeof text === 'string' ? text.trim() : null;
}

const bootId = process.platform === 'linux' ? bootIdOfLinux() : null;

/** Ticks of /proc in a second: 100 on every architecture that Node runs on. */
export const ticksPerSecond = 100;

/** Bytes in a page: what Node says of our own memory over what /proc says, as the power of two that is nearest. */
export function readPageBytes(): number {
  const pages = readStat(process.pid)?.residentPages ?? 0;
  return pages > 0 ? 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages)) : 4096;
}
