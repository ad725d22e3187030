import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { RunsWatch } from '../../../main/coordinator/ledger/runs-watch.ts';
import { StorageHealth } from '../../../main/coordinator/storage-health.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from './temporary-folder.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const full = new Error('ENOSPC: no space left on device, write');

function watched() {
  const folder = join(temporaryFolder(), 'runs');
  const health = new StorageHealth(systemClock, () => undefined);
  const watch = new RunsWatch(folder, health);
  onTestFinished(() => watch.close());
  return { folder, health, watch };
}

test('a folder that was removed is trouble like any other, until it is there again', async () => {
  const { folder, health, watch } = watched();
  watch.onTrouble(full);
  await vi.advanceTimersByTimeAsync(1000);
  expect(health.degraded).toMatchObject([{ part: 'runs', message: expect.stringContaining('ENOENT') }]);
  mkdirSync(folder);
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  await waitFor('health', () => !health.isDegraded('runs'));
  expect(readdirSync(folder)).toEqual([]);
});

test('nothing is tried any more once it is closed', () => {
  const { watch } = watched();
  watch.close();
  watch.onTrouble(full);
  expect(vi.getTimerCount()).toBe(0);
});
