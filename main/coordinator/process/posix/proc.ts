/** What Linux tells of a process through /proc. Null means that the process is gone; other trouble throws. */
import { readdirSync, readFileSync } from 'node:fs';

export interface ProcStat {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Clock ticks after boot, field 22: with the boot id it tells two processes of one pid apart. */
  readonly startTime: string;
}

export function readStat(pid: number): ProcStat | null {
  const text = readOrNull(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name in parentheses may hold anything, blanks and parentheses too; the fields begin after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, group, session] = fields;
  return {
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime: fields[19] ?? '',
  };
}

/** Which boot of the machine this is; null where the system does not tell. It cannot change while this process lives. */
export function readBootId(): string | null {
  return bootId;
}

export function allPids(): number[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

/** The environment a process was started with; null when it is gone or belongs to somebody else. */
export function readEnvironment(pid: number): string | null {
  return readOrNull(`/proc/${pid}/environ`);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return null;
    throw error;
  }
}

const bootId = process.platform === 'linux' ? (readOrNull('/proc/sys/kernel/random/boot_id')?.trim() ?? null) : null;
