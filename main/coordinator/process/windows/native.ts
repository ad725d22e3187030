/**
 * The calls of Windows that owning a process tree takes, bound by `koffi`. It is an optional dependency: where it cannot be
 * loaded, runs are owned without it (direct-ownership.ts). Structures are buffers in the layout of 64-bit Windows, which
 * x64 and arm64 share.
 */
import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';

/** A kernel object as this process knows it. 0 and -1 are what failing calls return. */
export type Handle = number;

/** A call that failed, and why: what GetLastError said. */
export type Called<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly call: string; readonly error: number };

/** Named as in the documentation of Windows. Flags that are not 0 mean that the call worked. */
export interface Native {
  readonly addressOf: (buffer: Buffer) => bigint;
  readonly GetLastError: () => number;
  readonly GetCurrentProcess: () => Handle;
  readonly CloseHandle: (handle: Handle) => number;
  readonly DuplicateHandle: (
    fromProcess: Handle,
    handle: Handle,
    toProcess: Handle,
    result: Buffer,
    access: number,
    inherit: number,
    options: number,
  ) => number;
  readonly CreateFileW: (
    path: string,
    access: number,
    share: number,
    security: Buffer,
    disposition: number,
    flags: number,
    template: Handle,
  ) => Handle;
  readonly CreateJobObjectW: (security: null, name: string) => Handle;
  readonly OpenJobObjectW: (access: number, inherit: number, name: string) => Handle;
  readonly AssignProcessToJobObject: (job: Handle, process: Handle) => number;
  readonly IsProcessInJob: (process: Handle, job: Handle, result: Buffer) => number;
  readonly SetInformationJobObject: (job: Handle, what: number, value: Buffer, size: number) => number;
  readonly QueryInformationJobObject: (job: Handle, what: number, value: Buffer, size: number, used: null) => number;
  readonly TerminateJobObject: (job: Handle, exitCode: number) => number;
  readonly InitializeProcThreadAttributeList: (
    list: Buffer | null,
    count: number,
    flags: number,
    size: Buffer,
  ) => number;
  readonly UpdateProcThreadAttribute: (
    list: Buffer,
    flags: number,
    attribute: number,
    value: Buffer,
    size: number,
    previous: null,
    returned: null,
  ) => number;
  readonly DeleteProcThreadAttributeList: (list: Buffer) => void;
  readonly CreateProcessW: (
    file: string,
    commandLine: Buffer,
    processSecurity: null,
    threadSecurity: null,
    inherit: number,
    flags: number,
    environment: Buffer,
    cwd: string,
    startup: Buffer,
    result: Buffer,
  ) => number;
  readonly ResumeThread: (thread: Handle) => number;
  readonly OpenProcess: (access: number, inherit: number, pid: number) => Handle;
  readonly TerminateProcess: (process: Handle, exitCode: number) => number;
  readonly WaitForSingleObject: (handle: Handle, milliseconds: number) => number;
  readonly GetExitCodeProcess: (process: Handle, code: Buffer) => number;
  readonly GetProcessTimes: (process: Handle, created: Buffer, exited: Buffer, kernel: Buffer, user: Buffer) => number;
  readonly QueryFullProcessImageNameW: (process: Handle, flags: number, name: Buffer, size: Buffer) => number;
  readonly K32GetProcessMemoryInfo: (process: Handle, counters: Buffer, size: number) => number;
  /** These two answer an NTSTATUS: below 0 is a failure. */
  readonly NtSuspendProcess: (process: Handle) => number;
  readonly NtResumeProcess: (process: Handle) => number;
  readonly NtQuerySystemInformation: (what: number, value: Buffer, size: number, used: null) => number;
}

/** The text says why there is none: koffi is not installed, has no part for this machine, or Windows lacks a call. */
export function loadNative(): Native | string {
  if (!['x64', 'arm64'].includes(process.arch)) return `${process.arch} is not 64-bit Windows`;
  try {
    return bind(createRequire(import.meta.url)('koffi') as typeof Koffi);
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}

function bind(koffi: typeof Koffi): Native {
  const kernel32 = koffi.load('kernel32.dll');
  const ntdll = koffi.load('ntdll.dll');
  const call = (prototype: string): ReturnType<typeof kernel32.func> =>
    kernel32.func(prototype.replaceAll('HANDLE', 'intptr_t').replaceAll('DWORD', 'uint32_t'));
  return {
    addressOf: (buffer) => koffi.address(buffer),
    GetLastError: call('DWORD GetLastError()'),
    GetCurrentProcess: call('HANDLE GetCurrentProcess()'),
    CloseHandle: call('int CloseHandle(HANDLE handle)'),
    DuplicateHandle: call(
      'int DuplicateHandle(HANDLE from, HANDLE handle, HANDLE to, void *result, DWORD access, int inherit, DWORD options)',
    ),
    CreateFileW: call(
      'HANDLE CreateFileW(str16 path, DWORD access, DWORD share, void *security, DWORD disposition, DWORD flags, HANDLE template)',
    ),
    CreateJobObjectW: call('HANDLE CreateJobObjectW(void *security, str16 name)'),
    OpenJobObjectW: call('HANDLE OpenJobObjectW(DWORD access, int inherit, str16 name)'),
    AssignProcessToJobObject: call('int AssignProcessToJobObject(HANDLE job, HANDLE process)'),
    IsProcessInJob: call('int IsProcessInJob(HANDLE process, HANDLE job, void *result)'),
    SetInformationJobObject: call('int SetInformationJobObject(HANDLE job, int what, void *value, DWORD size)'),
    QueryInformationJobObject: call(
      'int QueryInformationJobObject(HANDLE job, int what, void *value, DWORD size, void *used)',
    ),
    TerminateJobObject: call('int TerminateJobObject(HANDLE job, DWORD code)'),
    InitializeProcThreadAttributeList: call(
      'int InitializeProcThreadAttributeList(void *list, DWORD count, DWORD flags, void *size)',
    ),
    UpdateProcThreadAttribute: call(
      'int UpdateProcThreadAttribute(void *list, DWORD flags, uintptr_t attribute, void *value, uintptr_t size, void *previous, void *returned)',
    ),
    DeleteProcThreadAttributeList: call('void DeleteProcThreadAttributeList(void *list)'),
    CreateProcessW: call(
      'int CreateProcessW(str16 file, void *commandLine, void *processSecurity, void *threadSecurity, int inherit, DWORD flags, void *environment, str16 cwd, void *startup, void *result)',
    ),
    ResumeThread: call('DWORD ResumeThread(HANDLE thread)'),
    OpenProcess: call('HANDLE OpenProcess(DWORD access, int inherit, DWORD pid)'),
    TerminateProcess: call('int TerminateProcess(HANDLE process, DWORD code)'),
    WaitForSingleObject: call('DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds)'),
    GetExitCodeProcess: call('int GetExitCodeProcess(HANDLE process, void *code)'),
    GetProcessTimes: call('int GetProcessTimes(HANDLE process, void *created, void *exited, void *kernel, void *user)'),
    QueryFullProcessImageNameW: call(
      'int QueryFullProcessImageNameW(HANDLE process, DWORD flags, void *name, void *size)',
    ),
    K32GetProcessMemoryInfo: call('int K32GetProcessMemoryInfo(HANDLE process, void *counters, DWORD size)'),
    NtSuspendProcess: ntdll.func('int NtSuspendProcess(intptr_t process)'),
    NtResumeProcess: ntdll.func('int NtResumeProcess(intptr_t process)'),
    NtQuerySystemInformation: ntdll.func(
      'int NtQuerySystemInformation(int what, void *value, uint32_t size, void *used)',
    ),
  };
}
