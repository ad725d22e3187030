import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createSuspended } from '../../../../main/coordinator/process/windows/create-process.ts';
import type { Native } from '../../../../main/coordinator/process/windows/native.ts';

setFlagsFromString('--expose-gc');
setFlagsFromString('--always-turbofan'); // Optimized code holds on to nothing that is not used any more.
const collectGarbage = runInNewContext('gc') as () => void;

const order = {
  file: 'a.exe',
  commandLine: '"a.exe"',
  cwd: '.',
  environment: Buffer.alloc(4),
  inputFile: 'input',
  logFile: 'log',
  job: 3,
};

test('the lists that Windows keeps the address of live until the process is created', async () => {
  const freed = new Set<number>();
  const registry = new FinalizationRegistry<number>((attribute) => void freed.add(attribute));
  const state = { isWatched: false };
  const native: Partial<Native> = {
    addressOf: () => 1n,
    GetLastError: () => 0,
    CloseHandle: () => 1,
    CreateFileW: () => 1,
    InitializeProcThreadAttributeList: (_list, _count, _flags, size) => {
      size.writeBigInt64LE(64n);
      return 1;
    },
    UpdateProcThreadAttribute: (_list, _flags, attribute, value) => {
      if (state.isWatched) registry.register(value, attribute);
      return 1;
    },
    DeleteProcThreadAttributeList: () => undefined,
    CreateProcessW: () => {
      if (state.isWatched) collectGarbage();
      return 1;
    },
    IsProcessInJob: (_process, _job, result) => result.writeInt32LE(1),
  };
  for (let start = 0; start < 1000; start++) createSuspended(native as Native, order);
  state.isWatched = true;
  expect(createSuspended(native as Native, order)).toMatchObject({ ok: true });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([...freed]).toEqual([]);
});
