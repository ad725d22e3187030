import { lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { failureIn } from '../../rig/result.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

test('every folder is made for the user alone, and made once', () => {
  const layout = layoutOf(temporaryFolder());
  expect(makeFolders(layout).ok).toBe(true);
  expect(makeFolders(layout).ok).toBe(true);
  for (const folder of [layout.requests, layout.rejected, layout.responses, layout.state, layout.logs, layout.runs]) {
    const info = lstatSync(folder);
    expect(info.isDirectory()).toBe(true);
    if (process.platform !== 'win32') expect(info.mode & 0o777).toBe(0o700);
  }
});

test.each(['requests', 'requests/rejected', 'responses', 'state', 'logs', 'runs', 'journal'])(
  'case 43: %s that is a link to another folder is refused by its name, and nothing is written through it',
  (name) => {
    const layout = layoutOf(temporaryFolder());
    const elsewhere = temporaryFolder();
    if (name.includes('/')) mkdirSync(layout.requests);
    const link = join(layout.root, name);
    symlinkSync(elsewhere, link);
    const { code, message, details } = failureIn(makeFolders(layout));
    expect(code).toBe('INVALID_REQUEST');
    expect(message).toContain(link);
    expect(details).toMatchObject({ reason: 'not_a_folder', path: link });
    expect(readdirSync(elsewhere)).toEqual([]);
  },
);

test('a file in the place of a folder is refused, too', () => {
  const layout = layoutOf(temporaryFolder());
  writeFileSync(layout.logs, '');
  expect(failureIn(makeFolders(layout)).message).toContain(`${layout.logs} is not a folder`);
});

test('a folder that cannot be made is trouble of the disk', () => {
  const layout = layoutOf(join(temporaryFolder(), 'missing', 'root'));
  expect(failureIn(makeFolders(layout)).code).toBe('STORAGE_UNAVAILABLE');
});
