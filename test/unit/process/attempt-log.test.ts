import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { logSize } from '../../../main/coordinator/process/attempt-log.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

test('the size of a log is known, whatever an agent made of it', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'log'), '12345');
  symlinkSync('loop', join(folder, 'loop'));
  expect(['log', 'none', 'loop', 'log/below'].map((name) => logSize(join(folder, name)))).toEqual([5, 0, 0, 0]);
});
