import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutputTail } from '../../../main/coordinator/process/output-tail.ts';
import { plainOutputReader } from '../../../main/coordinator/runtimes/runtime.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const megabyte = 1024 * 1024;

function follow(offset = 0): { path: string; lines: string[]; tail: OutputTail } {
  const path = join(temporaryFolder(), 'log');
  const lines: string[] = [];
  const reader = { ...plainOutputReader(), line: (text: string) => void lines.push(text) };
  return { path, lines, tail: new OutputTail(path, offset, reader) };
}

/** As a line reader should see it: an unfinished last line counts when there is something in it. */
const linesOf = (text: string): string[] => {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

test('however the output comes in, its lines are the same', async () => {
  const { path, lines, tail } = follow();
  const piece = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 30 }), fc.constant('\n'), fc.constant('\r\n'));
  for (const pieces of fc.sample(fc.array(piece, { maxLength: 30 }), { numRuns: 60, seed: 3 })) {
    const before = lines.length;
    const bytes = Buffer.from(`${pieces.join('')}\n`);
    // Cut between bytes, so that also a character comes in two parts.
    for (const [index, byte] of bytes.entries()) {
      appendFileSync(path, Buffer.of(byte));
      if (index % 7 === 0) tail.read(megabyte);
    }
    tail.read(megabyte);
    expect(lines.slice(before)).toEqual(linesOf(bytes.toString('utf8')));
  }
  await tail.drain();
});

test.each([-1, 0, 1])('a line that ends %i bytes off the border of a chunk is one line', async (off) => {
  const { path, lines, tail } = follow();
  const text = `${'a'.repeat(256 * 1024 - 1 + off)}\n${'é'.repeat(200_000)}\nlast`;
  writeFileSync(path, text);
  await tail.drain();
  expect(lines.map((line) => line.length)).toEqual([256 * 1024 - 1 + off, 200_000, 4]);
  expect(lines.join('\n')).toBe(text);
});

test('an unfinished last line is told at the end and not before', async () => {
  const { path, lines, tail } = follow();
  writeFileSync(path, 'one\ntw');
  tail.read(megabyte);
  expect(lines).toEqual(['one']);
  appendFileSync(path, 'o');
  await tail.drain();
  expect(lines).toEqual(['one', 'two']);
  await tail.drain();
  expect(lines).toEqual(['one', 'two']);
});

test('a line longer than 16 MiB is left out, and those around it are told', async () => {
  const { path, lines, tail } = follow();
  writeFileSync(path, `before\n${'x'.repeat(17 * megabyte)}\nafter\n${'y'.repeat(17 * megabyte)}`);
  await tail.drain();
  expect(lines).toEqual(['before', 'after']);
});

test('no more is read in one go than asked for, and it is said that there is more', () => {
  const { path, lines, tail } = follow();
  writeFileSync(path, `${'z'.repeat(1023)}\n`.repeat(1024));
  expect(tail.read(256 * 1024)).toBe(true);
  expect(lines).toHaveLength(256);
  expect(tail.read(megabyte)).toBe(false);
  expect(lines).toHaveLength(1024);
});

test('a log that is not there yet has nothing, and is read when it comes; reading begins where it is told to', () => {
  const { path, lines, tail } = follow(4);
  expect(tail.read(megabyte)).toBe(false);
  writeFileSync(path, 'one\ntwo\n');
  expect(tail.read(megabyte)).toBe(false);
  expect(lines).toEqual(['two']);
});

const inItsPlace: [what: string, put: (path: string) => void][] = [
  ['a folder', (path) => mkdirSync(path)],
  ['a link to itself', (path) => symlinkSync(path, path)],
];
if (process.platform !== 'win32') inItsPlace.push(['a pipe', (path) => execFileSync('mkfifo', [path])]);
test.each(inItsPlace)('%s in the place of the log has nothing to read, and is not waited for', async (_, put) => {
  const { path, lines, tail } = follow();
  put(path);
  expect(tail.read(megabyte)).toBe(false);
  await tail.drain();
  rmSync(path, { recursive: true });
  writeFileSync(path, 'again\n');
  await tail.drain();
  expect(lines).toEqual(['again']);
});

test.skipIf(process.platform === 'win32')(
  'whatever took the place of the log, nothing throws, blocks or is followed',
  async () => {
    const { path, lines, tail } = follow();
    mkdirSync(path);
    expect(tail.read(megabyte)).toBe(false);
    await tail.drain();
    rmdirSync(path);
    execFileSync('mkfifo', [path]);
    expect(tail.read(megabyte)).toBe(false);
    rmSync(path);
    writeFileSync(`${path}.other`, 'not its output\n');
    symlinkSync(`${path}.other`, path);
    await tail.drain();
    expect(lines).toEqual([]);
  },
);
