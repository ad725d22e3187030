import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createJobOwnership } from '../../../../main/coordinator/process/windows/job-ownership.ts';
import type { Handle, Native } from '../../../../main/coordinator/process/windows/native.ts';
import { waitFor } from '../../../rig/wait-for.ts';
import { temporaryFolder } from '../../ledger/temporary-folder.ts';

/** Just enough of Windows that a run is held and ended; `open` are the handles that were given and not closed. */
function windows(): { native: Native; open: Set<Handle> } {
  const open = new Set<Handle>();
  const state = { last: 100, hasEnded: false };
  const give = (): Handle => {
    state.last += 1;
    open.add(state.last);
    return state.last;
  };
  const native: Partial<Native> = {
    addressOf: () => 1n,
    GetLastError: () => 0,
    CloseHandle: (handle) => Number(open.delete(handle)),
    CreateFileW: give,
    CreateJobObjectW: give,
    SetInformationJobObject: () => 1,
    InitializeProcThreadAttributeList: (_list, _count, _flags, size) => size.writeBigInt64LE(64n),
    UpdateProcThreadAttribute: () => 1,
    DeleteProcThreadAttributeList: () => undefined,
    CreateProcessW: (...given) => {
      given[9].writeBigInt64LE(BigInt(give()), 0);
      given[9].writeBigInt64LE(BigInt(give()), 8);
      return 1;
    },
    IsProcessInJob: (_process, _job, result) => result.writeInt32LE(1),
    GetProcessTimes: () => 1,
    NtQuerySystemInformation: () => 0,
    WaitForSingleObject: () => (state.hasEnded ? 0 : 258),
    GetExitCodeProcess: () => 1,
    TerminateProcess: () => {
      state.hasEnded = true;
      return 1;
    },
  };
  return { native: native as Native, open };
}

test('a run that is abandoned leaves no handle open', async () => {
  const root = temporaryFolder();
  const attemptFolder = join(root, 'attempt');
  mkdirSync(attemptFolder);
  const { native, open } = windows();
  const ownership = createJobOwnership({ root, environment: {}, nursery: '', log: () => undefined }, native);
  const held = await ownership.launcher.hold({
    run: { agentId: 'agent', attempt: 1, nonce: 'the-nonce' },
    file: 'a.exe',
    args: [],
    cwd: root,
    env: {},
    inputFile: join(root, 'input'),
    logFile: join(root, 'log'),
    attemptFolder,
  });
  expect(open.size).toBe(3); // Job, process, thread.
  if (held.ok) held.value.abandon();
  await waitFor('all are closed', () => open.size === 0, { timeoutMs: 2000 });
});
