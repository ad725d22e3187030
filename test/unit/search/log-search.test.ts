/** Looking through files from their end: what is found where, what is not looked at, and what is never followed. */
import { linkSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { Allowance } from '../../../main/coordinator/search/allowance.ts';
import { searchLog } from '../../../main/coordinator/search/log-search.ts';
import { searchReport } from '../../../main/coordinator/search/report-search.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ziggie-search-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const allowance = (signal?: AbortSignal): Allowance => new Allowance(systemClock, signal);
const written = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const hitsIn = async (path: string, text: string) => (await searchLog(path, text, allowance()))?.hits;

test('finds a text in any case and any script, as bytes of the log, one a line, the newest three first', async () => {
  const log = 'one Äpfel\ntwo ÄPFEL äpfel\nthree äPfEl\r\nfour äpfel (a+b)\nnone';
  const path = written('case.log', log);
  const hits = await hitsIn(path, 'äpfel');
  expect(hits?.map(({ text }) => text)).toEqual(['four äpfel (a+b)', 'three äPfEl', 'two ÄPFEL äpfel']);
  const bytes = Buffer.from(log);
  expect(hits?.map(({ offset }) => bytes.subarray(offset, offset + 6).toString())).toEqual(['äpfel', 'äPfEl', 'ÄPFEL']);
  expect(await hitsIn(path, '(A+B)')).toEqual([{ offset: bytes.indexOf('(a+b)'), text: 'four äpfel (a+b)' }]);
  expect(await hitsIn(path, 'a+b!')).toEqual([]);
  // The bytes of é and of ã© must not be taken for each other.
  expect(await hitsIn(written('bytes.log', Buffer.from([0xe3, 0xa9, 0x0a])), 'é')).toEqual([]);
  expect(await hitsIn(join(folder, 'none.log'), 'x')).toEqual([]);
});

test('finds what lies across the border of two pieces, once, and cuts long lines around it', async () => {
  const piece = 256 * 1024;
  for (const shift of [-5, -1, 0, 1]) {
    const size = 3 * piece;
    const bytes = Buffer.alloc(size, 'x');
    bytes.write('Ünique', size - piece + shift);
    const hits = await hitsIn(written('border.log', bytes), 'üNIQUE');
    expect(hits?.map(({ offset }) => offset)).toEqual([size - piece + shift]);
    expect(hits?.[0]?.text).toMatch(/^… x{60}Ünique\S{180} …$/);
  }
});

test('looks at the end of a log that is too long, says so, and reads nothing for somebody who has gone', async () => {
  const path = written('long.log', 'early needle\n');
  const size = 80 * 1024 * 1024;
  truncateSync(path, size);
  expect(await searchLog(path, 'needle', allowance())).toEqual({ hits: [], unread: size - 64 * 1024 * 1024 });
  const gone = new AbortController();
  gone.abort();
  expect(await searchLog(path, 'needle', allowance(gone.signal))).toEqual({ hits: [], unread: size });
});

test('follows no link and takes no file with a second name', async () => {
  const target = written('secret.txt', 'needle\n');
  symlinkSync(written('other.txt', 'needle\n'), join(folder, 'link.log'));
  linkSync(target, join(folder, 'second.log'));
  expect(await searchLog(join(folder, 'link.log'), 'needle', allowance())).toBeNull();
  expect(await searchLog(join(folder, 'second.log'), 'needle', allowance())).toBeNull();
  expect(await searchReport(join(folder, 'link.log'), 'needle', allowance())).toBe('unusable');
});

test('a report is found by its first line, and counts its lines', async () => {
  const path = written('report.md', '# Report\n\nFound 12 Sprites\nand more sprites\n');
  expect(await searchReport(path, 'sprites', allowance())).toEqual({ line: 3, text: 'Found 12 Sprites', lines: 2 });
  expect(await searchReport(path, 'nothing', allowance())).toBeNull();
  expect(await searchReport(join(folder, 'no-report.md'), 'x', allowance())).toBeNull();
});
