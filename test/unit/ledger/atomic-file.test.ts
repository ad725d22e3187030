import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeFolder, replaceFile, replaceFileDurably } from '../../../main/coordinator/ledger/atomic-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

const writers = [
  ['replaceFile', (path: string, text: string) => Promise.resolve().then(() => replaceFile(path, text))],
  ['replaceFileDurably', replaceFileDurably],
] as const;

/** Says that it reads; at the end of its input how many versions it saw, and how many that were not whole. */
const readInALoop = `
  const { readFileSync } = require('node:fs');
  const seen = new Set();
  let parts = 0;
  const turn = () => {
    const text = readFileSync(process.argv[1], 'utf8');
    seen.add(text[0]);
    if (text.length !== 300000 || text !== text[0].repeat(300000)) parts += 1;
    timer = setImmediate(turn);
  };
  let timer = setImmediate(turn);
  process.stdout.write('reading');
  process.stdin.resume().on('end', () => {
    clearImmediate(timer);
    process.stdout.write(JSON.stringify({ parts, versions: seen.size }));
  });
`;

/** One letter, so that a mix of two versions shows. */
const version = (index: number): string => String.fromCharCode(97 + (index % 26)).repeat(300_000);

describe.each(writers)('%s', (_, replace) => {
  test('writes the text, for the user alone, and leaves nothing beside it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file.json');
    await replace(path, 'grüße 🦀');
    await replace(path, 'anew');
    expect(readFileSync(path, 'utf8')).toBe('anew');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  test('never shows a reader a part', async () => {
    const path = join(temporaryFolder(), 'file.json');
    await replace(path, version(0));
    // A process of its own, because a writer that does not wait leaves no reader in this one a turn.
    const reader = spawn(process.execPath, ['-e', readInALoop, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void reader.kill('SIGKILL'));
    await once(reader.stdout, 'data');
    const until = performance.now() + 500;
    for (let index = 1; performance.now() < until; index++) await replace(path, version(index));
    reader.stdin.end();
    const [last] = (await once(reader.stdout, 'data')) as [Buffer];
    const { parts, versions } = JSON.parse(last.toString()) as { parts: number; versions: number };
    expect(parts).toBe(0);
    expect(versions).toBeGreaterThan(3);
  });

  test('by many writers at once leaves one whole version', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file.json');
    await Promise.all(Array.from({ length: 20 }, (_each, index) => replace(path, version(index))));
    const text = readFileSync(path, 'utf8');
    expect(text).toBe((text[0] ?? '').repeat(300_000));
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  test('that cannot put the new one in place says so and takes its own file away', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'file.json', 'inside'), { recursive: true });
    await expect(replace(join(folder, 'file.json'), 'text')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).toEqual(['file.json']);
  });

  test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
    'case 28: on a disk that is full leaves the old file byte for byte (needs root, for a disk of its own)',
    async () => {
      const folder = temporaryFolder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', folder]);
      onTestFinished(() => void execFileSync('umount', [folder]));
      const path = join(folder, 'db.json');
      const old = 'o'.repeat(100_000);
      writeFileSync(path, old);
      await expect(replace(path, 'n'.repeat(700_000))).rejects.toThrow(/ENOSPC/);
      expect(readFileSync(path, 'utf8')).toBe(old);
      expect(readdirSync(folder)).toEqual(['db.json']);
    },
  );
});

test('makeFolder makes one folder, is content with one that is there, and makes no parents', () => {
  const folder = temporaryFolder();
  makeFolder(join(folder, 'a'));
  makeFolder(join(folder, 'a'));
  expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
  expect(() => makeFolder(join(folder, 'b', 'c'))).toThrow(/ENOENT/);
});
