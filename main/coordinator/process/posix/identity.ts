/**
 * Who a process is. A pid alone names a stranger sooner or later: it is compared together with the start time and the
 * boot, and only a match is ever signalled.
 */
import { execFileSync } from 'node:child_process';
import type { Identity } from '../../../../protocol/agent.ts';
import type { IdentityCheck } from '../ownership.ts';
import { hasEnded, lookUp, readBootId, readStat, ticksPerSecond } from './proc.ts';

export function identityOf(pid: number): Identity {
  return { pid, start_time: startTimeOf(pid), boot_id: readBootId() };
}

/** False only where it is known that the machine was started anew since. */
export function isOfThisBoot({ boot_id }: Identity): boolean {
  const boot = readBootId();
  return boot === null || boot_id === null || boot === boot_id;
}

/** Seconds since this process was started, if it lives or not; no change of the time bends it. null: nothing tells. */
export function ageSeconds({ start_time, boot_id }: Identity): number | null {
  const own = process.platform === 'linux' ? readStat(process.pid)?.startTime : undefined;
  if (own === undefined || start_time === null || boot_id === null || boot_id !== readBootId()) return null;
  return (Number(own) - Number(start_time)) / ticksPerSecond + process.uptime();
}

export function checkIdentity(identity: Identity): IdentityCheck {
  if (!isOfThisBoot(identity)) return 'mismatch';
  const { pid, start_time } = identity;
  if (process.platform === 'linux') return checkOnLinux(pid, start_time);
  if (!isAlive(pid)) return 'gone';
  const now = startTimeOf(pid);
  if (now === null) return isAlive(pid) ? 'unknown' : 'gone';
  if (start_time === null) return 'unknown';
  return now === start_time ? 'match' : 'mismatch';
}

/** One read tells life and start time together. */
function checkOnLinux(pid: number, start_time: string | null): IdentityCheck {
  const found = lookUp(pid);
  if (found === 'gone') return 'gone';
  if (found === 'unreadable') return isThere(pid) ? 'unknown' : 'gone';
  if (hasEnded(found)) return 'gone';
  if (start_time === null) return 'unknown';
  return found.startTime === start_time ? 'match' : 'mismatch';
}

/** True if a process has the pid and has not ended; a zombie has ended. */
export function isAlive(pid: number): boolean {
  if (process.platform !== 'linux') return isThere(pid);
  const found = lookUp(pid);
  if (found === 'gone') return false;
  return found === 'unreadable' ? isThere(pid) : !hasEnded(found);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') return readStat(pid)?.startTime ?? null;
  try {
    const text = execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 });
    return text.trim() === '' ? null : text.trim();
  } catch {
    return null; // `ps` exits 1 when the process is gone; the caller asks for life separately.
  }
}
