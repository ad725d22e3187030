/**
 * A job: the kernel's own list of every process of a run, detached ones too. It has a name, so that a restarted coordinator
 * finds it again, and it lives while somebody holds a handle: we, and the agent itself, into which one is duplicated. When
 * the last handle goes, the kernel ends what is left in it. So an unbegun run dies with its coordinator, and what an agent
 * leaves behind while nobody watches dies with the agent.
 */
import { createHash } from 'node:crypto';
import type { RunName } from '../launcher.ts';
import { called, failedCall, handleBuffer, handleIn, isHandle, windowsErrors } from './handles.ts';
import type { Called, Handle, Native } from './native.ts';

/**
 * `Local\`: of this logon session, which is where a user's coordinator runs. The nonce makes each start's name its own, so
 * that a run that is just being ended never stands in the way of the next.
 */
export function jobName(root: string, { agentId, attempt, nonce }: RunName): string {
  const rootHash = createHash('sha256').update(root).digest('hex').slice(0, 16);
  return `Local\\ziggie-${rootHash}-${agentId}-${attempt}-${nonce.slice(0, 8)}`;
}

const allAccess = 0x1f_00_1f;
const killOnJobClose = 0x20_00;
/** No dialog window when a member crashes: nobody is there to close it. */
const dieOnUnhandledException = 0x4_00;
const basicAccounting = 1;
const processIdList = 3;
const extendedLimits = 9;
const extendedLimitsSize = 144;
const limitFlagsAt = 16;
/** What members end with that are ended by us; taskkill's word for it. */
const endedByUs = 1;

export function createJob(native: Native, name: string): Called<Handle> {
  const job = native.CreateJobObjectW(null, name);
  if (!isHandle(job)) return failedCall(native, 'CreateJobObjectW');
  if (native.GetLastError() === windowsErrors.alreadyExists) {
    native.CloseHandle(job);
    return { ok: false, call: 'CreateJobObjectW', error: windowsErrors.alreadyExists };
  }
  const limits = Buffer.alloc(extendedLimitsSize);
  limits.writeUInt32LE(killOnJobClose | dieOnUnhandledException, limitFlagsAt);
  if (native.SetInformationJobObject(job, extendedLimits, limits, limits.length) !== 0) return called(job);
  const failed = failedCall(native, 'SetInformationJobObject');
  native.CloseHandle(job);
  return failed;
}

/** null: there is no job of this name (any more), or not one that we may open. */
export function openJob(native: Native, name: string): Handle | null {
  const job = native.OpenJobObjectW(allAccess, 0, name);
  return isHandle(job) ? job : null;
}

export function isInJob(native: Native, process: Handle, job: Handle): boolean {
  const result = Buffer.alloc(4);
  return native.IsProcessInJob(process, job, result) !== 0 && result.readInt32LE() !== 0;
}

export function assignToJob(native: Native, process: Handle, job: Handle): Called<void> {
  if (isInJob(native, process, job)) return called(undefined);
  if (native.AssignProcessToJobObject(job, process) !== 0) return called(undefined);
  return failedCall(native, 'AssignProcessToJobObject');
}

/** Makes the job and its name live as long as the process. False: the process has ended meanwhile. */
export function keepJobIn(native: Native, process: Handle, job: Handle): boolean {
  const sameAccess = 2;
  return native.DuplicateHandle(native.GetCurrentProcess(), job, process, handleBuffer(0), 0, 0, sameAccess) !== 0;
}

/** Pids of the living members. Empty when the job does not answer: then it has none. */
export function jobMembers(native: Native, job: Handle): number[] {
  for (let room = 64; ; room *= 4) {
    const list = Buffer.alloc(8 + 8 * room);
    const answered = native.QueryInformationJobObject(job, processIdList, list, list.length, null) !== 0;
    if (!answered && native.GetLastError() === windowsErrors.moreData) continue;
    if (!answered) return [];
    const count = list.readUInt32LE(4);
    if (count < list.readUInt32LE(0) && count === room) continue;
    return Array.from({ length: count }, (_, index) => handleIn(list, 8 + 8 * index));
  }
}

/** User and kernel time of all members, ended ones too; null when the job does not answer. */
export function jobCpuSeconds(native: Native, job: Handle): number | null {
  const info = Buffer.alloc(48);
  if (native.QueryInformationJobObject(job, basicAccounting, info, info.length, null) === 0) return null;
  return Number(info.readBigInt64LE(0) + info.readBigInt64LE(8)) / 1e7;
}

export function terminateJob(native: Native, job: Handle): void {
  native.TerminateJobObject(job, endedByUs); // Judged by the list of members.
}
