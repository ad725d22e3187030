/** Starts a program that does not run yet: suspended, in its job, with files as its input and output and no other handle of ours. */
import path from 'node:path';
import { assignToJob } from './job.ts';
import { called, failedCall, handleBuffer, handleIn, isHandle, windowsErrors } from './handles.ts';
import type { Called, Handle, Native } from './native.ts';

export interface ProcessOrder {
  readonly file: string;
  readonly commandLine: string;
  readonly cwd: string;
  readonly environment: Buffer;
  readonly inputFile: string;
  readonly logFile: string;
  readonly job: Handle;
}

export interface Suspended {
  readonly pid: number;
  readonly process: Handle;
  readonly thread: Handle;
}

const createSuspendedFlag = 0x4;
const createUnicodeEnvironment = 0x4_00;
const extendedStartupInfo = 0x8_00_00;
const createBreakawayFromJob = 0x1_00_00_00;
const createNoWindow = 0x8_00_00_00;

/**
 * How the new process comes into its job and out of ours, best first; the next is tried where Windows says no.
 * - `born`: it is in the job from its first moment (Windows 10), so not even our death right after leaves it outside.
 *   Otherwise it is put there before anything of it runs.
 * - `breakaway`: when we run in a job of somebody else (a terminal, a service), the agent leaves it, because that job may
 *   end with whoever made it. Where it does not let go, jobs are nested.
 */
const ways = [
  { born: true, breakaway: true },
  { born: true, breakaway: false },
  { born: false, breakaway: true },
  { born: false, breakaway: false },
] as const;

const worthAnotherWay: readonly number[] = [
  windowsErrors.accessDenied,
  windowsErrors.notSupported,
  windowsErrors.invalidParameter,
];

export function createSuspended(native: Native, order: ProcessOrder): Called<Suspended> {
  const input = openInheritable(native, order.inputFile, reading);
  if (!input.ok) return input;
  const log = openInheritable(native, order.logFile, appending);
  try {
    if (!log.ok) return log;
    return inItsJob(native, order, createSomehow(native, order, input.value, log.value));
  } finally {
    native.CloseHandle(input.value);
    if (log.ok) native.CloseHandle(log.value);
  }
}

function createSomehow(native: Native, order: ProcessOrder, input: Handle, log: Handle): Called<Suspended> {
  let last: Called<Suspended> = { ok: false, call: 'CreateProcessW', error: windowsErrors.notSupported };
  for (const way of ways) {
    last = withAttributes(native, [input, log], way.born ? order.job : null, (attributes) =>
      create(native, order, startupInfo(native, input, log, attributes), way.breakaway),
    );
    if (last.ok || !worthAnotherWay.includes(last.error)) return last;
  }
  return last;
}

function inItsJob(native: Native, { job }: ProcessOrder, created: Called<Suspended>): Called<Suspended> {
  if (!created.ok) return created;
  const assigned = assignToJob(native, created.value.process, job);
  if (assigned.ok) return created;
  native.TerminateProcess(created.value.process, 1);
  native.CloseHandle(created.value.thread);
  native.CloseHandle(created.value.process);
  return assigned;
}

function create(native: Native, order: ProcessOrder, startup: Buffer, breakaway: boolean): Called<Suspended> {
  const result = Buffer.alloc(24);
  const flags =
    createSuspendedFlag |
    createNoWindow |
    createUnicodeEnvironment |
    extendedStartupInfo |
    (breakaway ? createBreakawayFromJob : 0);
  // CreateProcessW may write into the command line, so each call gets its own.
  const line = Buffer.from(`${order.commandLine}\0`, 'utf16le');
  const { file, environment, cwd } = order;
  if (native.CreateProcessW(file, line, null, null, 1, flags, environment, cwd, startup, result) === 0) {
    return failedCall(native, 'CreateProcessW');
  }
  return called({ process: handleIn(result, 0), thread: handleIn(result, 8), pid: result.readUInt32LE(16) });
}

function startupInfo(native: Native, input: Handle, log: Handle, attributes: Buffer): Buffer {
  const useStdHandles = 0x1_00;
  const startup = Buffer.alloc(112);
  startup.writeUInt32LE(startup.length, 0);
  startup.writeUInt32LE(useStdHandles, 60);
  handleBuffer(input, log, log).copy(startup, 80);
  startup.writeBigUInt64LE(native.addressOf(attributes), 104);
  return startup;
}

const handleListAttribute = 0x2_00_02;
const jobListAttribute = 0x2_00_0d;

/**
 * Windows notes the addresses of an attribute's value and reads there when the process is created. Optimized code keeps
 * nothing for us that it does not use any more, so what is in use is kept here.
 */
const inUse = new Set<unknown>();

/** Only the handles in the list are inherited, whatever else in this process could be at this moment. */
function withAttributes<T>(
  native: Native,
  handles: readonly Handle[],
  job: Handle | null,
  use: (attributes: Buffer) => Called<T>,
): Called<T> {
  const values = [
    { attribute: handleListAttribute, value: handleBuffer(...handles) },
    ...(job === null ? [] : [{ attribute: jobListAttribute, value: handleBuffer(job) }]),
  ];
  const size = handleBuffer(0);
  native.InitializeProcThreadAttributeList(null, values.length, 0, size); // Says how large it must be.
  const list = Buffer.alloc(handleIn(size));
  if (native.InitializeProcThreadAttributeList(list, values.length, 0, size) === 0) {
    return failedCall(native, 'InitializeProcThreadAttributeList');
  }
  inUse.add(values);
  try {
    for (const { attribute, value } of values) {
      if (native.UpdateProcThreadAttribute(list, 0, attribute, value, value.length, null, null) === 0) {
        return failedCall(native, 'UpdateProcThreadAttribute');
      }
    }
    return use(list);
  } finally {
    native.DeleteProcThreadAttributeList(list);
    inUse.delete(values);
  }
}

const reading = { access: 0x80_00_00_00, disposition: 3 } as const;
/** May append and nothing else, so that two writers never write over each other. The file is made where there is none. */
const appending = { access: 0x12_01_14, disposition: 4 } as const;

function openInheritable(
  native: Native,
  file: string,
  { access, disposition }: typeof reading | typeof appending,
): Called<Handle> {
  const shareAll = 7;
  const normal = 0x80;
  const inheritable = Buffer.alloc(24);
  inheritable.writeUInt32LE(inheritable.length, 0);
  inheritable.writeInt32LE(1, 16);
  const name = path.win32.toNamespacedPath(file);
  const handle = native.CreateFileW(name, access, shareAll, inheritable, disposition, normal, 0);
  return isHandle(handle) ? called(handle) : failedCall(native, `CreateFileW of ${file}`);
}
