import { execFileSync } from 'node:child_process';
import {
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { largestRequestBytes, markAt, readRequestFile } from '../../../main/coordinator/inbox/request-file.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

/** Reads it, quickly and however odd it is, and expects that it is no request; why, and whether waiting could help. */
function refusal(path: string) {
  const began = performance.now();
  const file = readRequestFile(path);
  expect(performance.now() - began).toBeLessThan(200);
  if (file.is !== 'unreadable') throw new Error(`${path} was read: ${JSON.stringify(file)}`);
  const { code, details, message } = file.failure;
  return { code, reason: details?.['reason'], message, mayGrow: file.mayGrow, mark: file.mark };
}

function fileWith(text: string | Uint8Array): string {
  const path = join(temporaryFolder(), 'r.json');
  writeFileSync(path, text);
  return path;
}

test('a regular file is read and left as it is', () => {
  const path = fileWith('{"request_id":"a"}');
  expect(readRequestFile(path)).toEqual({ is: 'body', body: { request_id: 'a' }, mark: markAt(path) });
  expect(readFileSync(path, 'utf8')).toBe('{"request_id":"a"}');
});

test('one that is gone is gone', () => {
  expect(readRequestFile(join(temporaryFolder(), 'r.json'))).toEqual({ is: 'gone' });
});

describe('what is no file is refused for good, and never opened', () => {
  test('case 42: a link, though it leads to a request', () => {
    const path = join(temporaryFolder(), 'r.json');
    symlinkSync(fileWith('{"secret":"value"}'), path);
    expect(refusal(path)).toMatchObject({ code: 'INVALID_REQUEST', reason: 'not_regular_file', mayGrow: false });
    expect(refusal(path).message).toContain('a symbolic link');
    expect(refusal(path).message).not.toContain('value');
  });

  test('a link that leads nowhere', () => {
    const path = join(temporaryFolder(), 'r.json');
    symlinkSync('/no/such/file', path);
    expect(refusal(path).reason).toBe('not_regular_file');
  });

  test('case 41: a named pipe, without waiting for its writer', () => {
    const path = join(temporaryFolder(), 'p.json');
    execFileSync('mkfifo', [path]);
    expect(refusal(path)).toMatchObject({ reason: 'not_regular_file', mayGrow: false });
    expect(refusal(path).message).toContain('a named pipe');
  });

  test('a folder', () => {
    const path = join(temporaryFolder(), 'r.json');
    mkdirSync(path);
    expect(refusal(path).message).toContain('a folder');
  });

  test('a socket', async () => {
    const path = join(temporaryFolder(), 'r.json');
    const server = createServer().listen(path);
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    expect(refusal(path).reason).toBe('not_regular_file');
  });
});

test('case 44: a hard link of another file is refused, and that file is as it was', () => {
  const other = fileWith('{"request_id":"a"}');
  const path = join(temporaryFolder(), 'r.json');
  linkSync(other, path);
  expect(refusal(path)).toMatchObject({ reason: 'link_count', mayGrow: false });
  expect(statSync(other)).toMatchObject({ nlink: 2, size: 18 });
});

test.runIf(process.getuid?.() === 0)('a file of another user is refused (needs root, to make one)', () => {
  const path = fileWith('{"request_id":"a"}');
  chownSync(path, 65_534, 65_534);
  expect(refusal(path)).toMatchObject({ code: 'INVALID_REQUEST', reason: 'owner', mayGrow: false });
});

test('the mark is another one when another file has taken the name', () => {
  const path = fileWith('{"request_id":"a"}');
  const before = markAt(path);
  expect(markAt(path)).toBe(before);
  const other = join(path, '../other');
  writeFileSync(other, '{"request_id":"b"}');
  renameSync(other, path);
  expect(markAt(path)).not.toBe(before);
  rmSync(path);
  expect(markAt(path)).toBeNull();
});

describe('size', () => {
  test('case 45: of one byte too many is refused, valid as it may be', () => {
    const head = '{"request_id":"a","note":"';
    const most = `${head}${'x'.repeat(largestRequestBytes - head.length - 2)}"}`;
    expect(readRequestFile(fileWith(most)).is).toBe('body');
    expect(refusal(fileWith(`${most} `))).toMatchObject({ code: 'TOO_LARGE', mayGrow: false });
    expect(refusal(fileWith(`${most} `)).message).toContain('config.prompt_file');
  });

  test('of 10 GiB that are not there is refused without reading them', () => {
    const path = fileWith('');
    truncateSync(path, 10 * 1024 ** 3);
    expect(refusal(path)).toMatchObject({ code: 'TOO_LARGE' });
  });
});

describe('what may still be being written', () => {
  test.each([
    ['nothing yet', ''],
    ['half a request', '{"request_id":'],
    ['half a character', Buffer.from('{"a":"é').subarray(0, -1)],
  ])('%s is waited for', (_, text) => expect(refusal(fileWith(text)).mayGrow).toBe(true));

  test.each([
    ['a key that stands twice', '{"a":1,"a":'],
    ['brackets too deep', '['.repeat(40)],
    ['a reserved key', '{"__proto__":'],
  ])('cannot become a request any more: %s', (_, text) => expect(refusal(fileWith(text)).mayGrow).toBe(false));

  test('has another mark when it has grown', () => {
    const path = fileWith('{');
    const before = refusal(path).mark;
    expect(refusal(path).mark).toBe(before);
    writeFileSync(path, '{"a"');
    expect(refusal(path).mark).not.toBe(before);
  });
});
