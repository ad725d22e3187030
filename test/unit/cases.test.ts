/**
 * The index of the adversarial cases: each has a test whose title begins with its number (`case 07: ...`), and a
 * row in docs/reliability.md that names the files. After adding one:
 *
 *   ZIGGIE_UPDATE_DOCS=1 npx vitest run --project unit test/unit/cases.test.ts
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = join(root, 'docs/reliability.md');
const numbers = Array.from({ length: 84 }, (_, index) => String(index + 1).padStart(2, '0'));

/** Cases without a test of their number, and why. Stands in the table in the place of a file. */
const without: Readonly<Record<string, string>> = {};

/** Files below test/ by the number of a case that they test. */
function filesByCase(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((name) => `test/${name.replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.ts') && name !== 'test/unit/cases.test.ts')
    .sort();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    const here = new Set([...text.matchAll(/['"`]case (\d\d): /g)].map(([, number = '']) => number));
    for (const number of here) found.set(number, [...(found.get(number) ?? []), file]);
  }
  return found;
}

interface Row {
  readonly number: string;
  readonly what: string;
  readonly where: string;
}

const rowPattern = /^\| (\d\d) \| (.+) \| (.+) \|$/gm;

function rowsOf(markdown: string): Row[] {
  return [...markdown.matchAll(rowPattern)].map(([, number = '', what = '', where = '']) => ({ number, what, where }));
}

const whereOf = (number: string, found: ReadonlyMap<string, readonly string[]>): string =>
  (found.get(number) ?? []).map((file) => `[${file.slice('test/'.length)}](../${file})`).join(', ') ||
  (without[number] ?? '');

const found = filesByCase();

test('each case has a test that is found by its number, or a reason why not', () => {
  expect(numbers.filter((number) => !found.has(number) && without[number] === undefined)).toEqual([]);
});

test('no reason is given for a case that has a test: remove it from the list above', () => {
  expect(Object.keys(without).filter((number) => found.has(number))).toEqual([]);
});

test('docs/reliability.md has a row for each case, which names the files that test it', () => {
  if (process.env['ZIGGIE_UPDATE_DOCS'] === '1') {
    const updated = readFileSync(page, 'utf8').replaceAll(
      rowPattern,
      (_row, number: string, what: string) => `| ${number} | ${what} | ${whereOf(number, found)} |`,
    );
    writeFileSync(page, updated);
  }
  const rows = rowsOf(readFileSync(page, 'utf8'));
  expect(rows.map(({ number }) => number)).toEqual(numbers);
  expect(rows.map(({ number, where }) => `${number} ${where}`)).toEqual(
    numbers.map((number) => `${number} ${whereOf(number, found)}`),
  );
});
