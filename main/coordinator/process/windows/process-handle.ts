/** One process, by a handle: while it is held the pid is given to nobody else, and the exit code can be read afterwards. */
import { isHandle, windowsErrors } from './handles.ts';
import { isInJob } from './job.ts';
import type { Handle, Native } from './native.ts';

const synchronize = 0x10_00_00;
const queryInformation = 0x4_00;
const queryLimitedInformation = 0x10_00;
const signalled = 0;
/** Between the epochs of Windows (1601, in 100 ns) and Unix (1970). */
const epochOffset = 116_444_736_000_000_000n;

export type Opened =
  { readonly is: 'open'; readonly process: Handle } | { readonly is: 'gone' } | { readonly is: 'refused' };

/** With the right to ask everything, else with the smaller one that Windows gives to strangers of the same user. */
export function openProcess(native: Native, pid: number): Opened {
  for (const access of [
    synchronize | queryInformation | queryLimitedInformation,
    synchronize | queryLimitedInformation,
  ]) {
    const process = native.OpenProcess(access, 0, pid);
    if (isHandle(process)) return { is: 'open', process };
    if (native.GetLastError() === windowsErrors.invalidParameter) return { is: 'gone' };
  }
  return { is: 'refused' };
}

export function hasEnded(native: Native, process: Handle): boolean {
  return native.WaitForSingleObject(process, 0) === signalled;
}

export interface ProcessTimes {
  /** In 100 ns since 1601, as a decimal number: with the pid it names one process for all time, over restarts too. */
  readonly created: string;
  /** Means something only when it has ended. */
  readonly exited: Date;
  readonly cpuSeconds: number;
}

export function processTimes(native: Native, process: Handle): ProcessTimes | null {
  const [created, exited, kernel, user] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8)];
  if (native.GetProcessTimes(process, created, exited, kernel, user) === 0) return null;
  return {
    created: String(created.readBigUInt64LE()),
    exited: new Date(Number((exited.readBigUInt64LE() - epochOffset) / 10_000n)),
    cpuSeconds: Number(kernel.readBigUInt64LE() + user.readBigUInt64LE()) / 1e7,
  };
}

/** Of a process that has ended. Windows counts them from 0 to 4,294,967,295; crashes are above 3,221,225,472. */
export function exitCode(native: Native, process: Handle): number | null {
  const code = Buffer.alloc(4);
  return native.GetExitCodeProcess(process, code) === 0 ? null : code.readUInt32LE();
}

export interface JobMember {
  readonly pid: number;
  /** The host of the console that Windows gives a program beside it: part of the job, and nobody's helper. */
  readonly isConsoleHost: boolean;
  readonly cpuSeconds: number;
  /** Bytes. */
  readonly workingSet: number;
}

/** null when it is gone, and its pid may be somebody else's. */
export function jobMember(native: Native, pid: number, job: Handle): JobMember | null {
  const opened = openProcess(native, pid);
  if (opened.is === 'refused') return { pid, isConsoleHost: false, cpuSeconds: 0, workingSet: 0 };
  if (opened.is !== 'open') return null;
  try {
    if (hasEnded(native, opened.process) || !isInJob(native, opened.process, job)) return null;
    const counters = Buffer.alloc(72);
    native.K32GetProcessMemoryInfo(opened.process, counters, counters.length);
    return {
      pid,
      isConsoleHost: /\\conhost\.exe$/i.test(imageName(native, opened.process)),
      cpuSeconds: processTimes(native, opened.process)?.cpuSeconds ?? 0,
      workingSet: Number(counters.readBigUInt64LE(16)),
    };
  } finally {
    native.CloseHandle(opened.process);
  }
}

/** Absolute path of its program; empty where Windows does not tell. */
export function imageName(native: Native, process: Handle): string {
  const name = Buffer.alloc(2 * 1024);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(1024);
  if (native.QueryFullProcessImageNameW(process, 0, name, size) === 0) return '';
  return name.toString('utf16le', 0, 2 * size.readUInt32LE());
}

/**
 * Which boot of the machine this is, as the time of the boot; null where Windows does not tell. The kernel moves its boot
 * time when the clock is set, and counts by how much; without that it stays the same while the machine is up.
 */
export function bootTime(native: Native): string | null {
  const timeOfDay = 3;
  const info = Buffer.alloc(48);
  if (native.NtQuerySystemInformation(timeOfDay, info, info.length, null) !== 0) return null;
  return String(info.readBigInt64LE(0) - info.readBigInt64LE(32));
}
