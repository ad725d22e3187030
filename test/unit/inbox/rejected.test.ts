import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Rejected } from '../../../main/coordinator/inbox/rejected.ts';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { failureOf } from '../../../protocol/failures.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const failure = failureOf('INVALID_REQUEST', 'agent_type is missing. Name one.');

function folders() {
  const layout = layoutOf(temporaryFolder());
  makeFolders(layout);
  const lines: string[] = [];
  const rejected = new Rejected(layout, (line) => lines.push(line));
  const put = (name: string, why = failure): void => {
    writeFileSync(join(layout.requests, name), '{}');
    rejected.put(name, null, why, () => join(layout.requests, name));
  };
  return { layout, rejected, put, lines, kept: () => readdirSync(layout.rejected) };
}

test('a file goes aside with its reason, and the newer of two of one name stays', () => {
  const { layout, put, kept } = folders();
  put('a.json');
  put('a.json', failureOf('TOO_LARGE', 'Too large.'));
  expect(kept().sort()).toEqual(['a.json', 'a.json.reason.json']);
  expect(readFileSync(join(layout.rejected, 'a.json.reason.json'), 'utf8')).toContain('TOO_LARGE');
});

test('case 42: a link goes aside as a link, and the reason holds nothing of what it leads to', () => {
  const { layout, rejected } = folders();
  const target = join(temporaryFolder(), 'secret');
  writeFileSync(target, 'the secret');
  symlinkSync(target, join(layout.requests, 'l.json'));
  rejected.put('l.json', null, failure, () => join(layout.requests, 'l.json'));
  expect(lstatSync(join(layout.rejected, 'l.json')).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(layout.rejected, 'l.json.reason.json'), 'utf8')).not.toContain('secret');
  expect(readFileSync(target, 'utf8')).toBe('the secret');
});

test('case 43: a link that took the place of the folder is removed, and nothing is written through it', () => {
  const { layout, put, lines, kept } = folders();
  const elsewhere = temporaryFolder();
  rmSync(layout.rejected, { recursive: true });
  symlinkSync(elsewhere, layout.rejected);
  put('a.json');
  expect(readdirSync(elsewhere)).toEqual([]);
  expect(lstatSync(layout.rejected).isDirectory()).toBe(true);
  expect(kept().sort()).toEqual(['a.json', 'a.json.reason.json']);
  expect(lines.join()).toContain('symbolic link');
});

test('a name at the limit of the file system is kept under a shorter one', () => {
  const { put, kept } = folders();
  const name = `${'n'.repeat(250)}.json`;
  put(name);
  const [file, reason] = kept().sort();
  expect(file).toMatch(/^n{40}~[0-9a-f]{16}\.json$/);
  expect(reason).toBe(`${file}.reason.json`);
});

test('the newest thousand are kept', () => {
  const { put, kept } = folders();
  for (let number = 0; number < 1200; number++) put(`f${number}.json`);
  const names = kept().filter((name) => !name.endsWith('.reason.json'));
  expect(names.length).toBeGreaterThanOrEqual(1000);
  expect(names.length).toBeLessThan(1100);
  expect(names).toContain('f1199.json');
  expect(kept()).toHaveLength(2 * names.length);
});

test('files that hardly fit go with the next that is too large, the newest stays', () => {
  const { layout, rejected, put, kept } = folders();
  const large = (name: string): void => {
    const path = join(layout.requests, name);
    writeFileSync(path, Buffer.alloc(1024 * 1024, 'x'));
    rejected.put(name, null, failureOf('TOO_LARGE', 'Too large.'), () => join(layout.requests, name));
  };
  for (let number = 0; number < 260; number++) large(`l${number}.json`);
  expect(kept().length).toBeLessThanOrEqual(2 * 256);
  expect(existsSync(join(layout.rejected, 'l259.json'))).toBe(true);
  // One that is only said to be large takes nothing, and pushes nothing out.
  const before = kept().length;
  writeFileSync(join(layout.requests, 'sparse.json'), '');
  truncateSync(join(layout.requests, 'sparse.json'), 10 * 1024 ** 3);
  rejected.put('sparse.json', null, failureOf('TOO_LARGE', 'Too large.'), () => join(layout.requests, 'sparse.json'));
  expect(kept().length).toBeGreaterThanOrEqual(before);
  put('small.json');
});
