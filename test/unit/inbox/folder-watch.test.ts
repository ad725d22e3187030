import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FolderWatch } from '../../../main/coordinator/inbox/folder-watch.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

vi.mock('chokidar', { spy: true });

/** What it made so far, oldest first. */
function watchers(): FSWatcher[] {
  return vi.mocked(watch).mock.results.flatMap((made) => (made.type === 'return' ? [made.value] : []));
}

async function openWatch() {
  const folder = join(temporaryFolder(), 'requests');
  mkdirSync(folder);
  const hints: (string | null)[] = [];
  const lines: string[] = [];
  const folderWatch = new FolderWatch({ folder, onHint: (name) => hints.push(name), log: (line) => lines.push(line) });
  const before = watchers().length;
  folderWatch.keep();
  onTestFinished(() => folderWatch.close());
  await waitFor('it is ready', () => hints.includes(null));
  hints.length = 0;
  return { folder, folderWatch, hints, lines, made: () => watchers().slice(before) };
}

test('a file that comes is hinted at by its name', async () => {
  const { folder, hints } = await openWatch();
  writeFileSync(join(folder, 'a.tmp'), '');
  renameSync(join(folder, 'a.tmp'), join(folder, 'a.json'));
  await waitFor('the hint', () => hints.includes('a.json'));
  expect(hints).not.toContain('requests');
});

test('an event without a name is a hint, too: it may be anything', async () => {
  const { hints, made } = await openWatch();
  const [watcher] = made();
  if (watcher !== undefined) Reflect.apply(watcher.emit, watcher, ['raw', 'change', null, {}]);
  expect(hints).toEqual([null]);
});

test('the same folder goes on being watched by the same watcher, however often it is kept', async () => {
  const { folder, folderWatch, made } = await openWatch();
  writeFileSync(join(folder, 'a.json'), '');
  folderWatch.keep();
  folderWatch.keep();
  expect(made()).toHaveLength(1);
});

test('case 40: a folder made again is watched anew when it is kept', async () => {
  const { folder, folderWatch, hints, made } = await openWatch();
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  folderWatch.keep();
  expect(made()).toHaveLength(2);
  expect(made()[0]?.closed).toBe(true);
  await new Promise((resolve) => made()[1]?.once('ready', () => resolve(undefined)));
  writeFileSync(join(folder, 'b.json'), '');
  await waitFor('the hint', () => hints.includes('b.json'));
});

test('a folder that is not there is thrown, and watched when it has come', async () => {
  const { folder, folderWatch, hints } = await openWatch();
  rmSync(folder, { recursive: true });
  expect(() => folderWatch.keep()).toThrow('ENOENT');
  mkdirSync(folder);
  folderWatch.keep();
  hints.length = 0;
  await waitFor('it is ready', () => hints.includes(null));
});

test('trouble of the watcher is said once, and makes a new one', async () => {
  const { folderWatch, lines, made } = await openWatch();
  for (const number of [0, 1, 2]) {
    made()[number]?.emit('error', new Error('EMFILE: too many open files'));
    folderWatch.keep();
  }
  expect(made()).toHaveLength(4);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('EMFILE');
});
