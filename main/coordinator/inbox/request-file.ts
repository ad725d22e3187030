/**
 * Reads one file of the requests folder as if a stranger had put it there: no link is followed, nothing blocks, the
 * checks are made on the open file and not on its name, and no more is read than a request may have.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { type Failure, fail, ok, type Result } from '../../../protocol/failures.ts';
import { parseStrictJson } from '../../../protocol/strict-json.ts';
import { decodeText } from './decode.ts';

export const largestRequestBytes = 1024 * 1024;

export type RequestFile =
  | { readonly is: 'body'; readonly body: unknown }
  /** Not there any more: somebody took it away, which is theirs to do. */
  | { readonly is: 'gone' }
  /** Not a request now; `signature` changes while a writer is still at work. */
  | { readonly is: 'unreadable'; readonly failure: Failure; readonly signature: string; readonly mayGrow: boolean };

export function readRequestFile(path: string): RequestFile {
  try {
    const named = lstatSync(path);
    if (!named.isFile()) return notRegular(path, named);
    return readOpened(
      openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)),
      path,
    );
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT') return { is: 'gone' };
    return unreadable(
      fail('INVALID_REQUEST', `The request file cannot be read (${code}). Check its permissions.`, {
        reason: 'unreadable',
      }),
      code,
      true,
    );
  }
}

function readOpened(fd: number, path: string): RequestFile {
  try {
    const info = fstatSync(fd);
    if (!info.isFile()) return notRegular(path, info);
    const signature = `${info.size}:${info.mtimeMs}:${info.ino}`;
    if (info.nlink !== 1) {
      return unreadable(
        fail('INVALID_REQUEST', `The request file has ${info.nlink} names (hard links). Write a file of its own.`, {
          reason: 'link_count',
        }),
        signature,
        false,
      );
    }
    if (info.size > largestRequestBytes) {
      return unreadable(
        fail(
          'TOO_LARGE',
          `The request file has ${info.size} bytes; at most ${largestRequestBytes} are taken. Put a long prompt into a file and name it in config.prompt_file.`,
          {
            size: info.size,
            limit: largestRequestBytes,
          },
        ),
        signature,
        false,
      );
    }
    const body = parse(readAll(fd, info.size));
    return body.ok ? { is: 'body', body: body.value } : unreadable(body, signature, true);
  } finally {
    closeSync(fd);
  }
}

function readAll(fd: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const count = readSync(fd, bytes, done, size - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

function parse(bytes: Buffer): Result<unknown> {
  const text = decodeText(bytes);
  if (!text.ok) return text;
  const body = parseStrictJson(text.value);
  return body.ok ? ok(body.value) : body;
}

function notRegular(path: string, info: Stats): RequestFile {
  const kind = info.isSymbolicLink()
    ? 'a symbolic link'
    : info.isFIFO()
      ? 'a named pipe'
      : info.isDirectory()
        ? 'a folder'
        : 'not a file';
  return unreadable(
    fail('INVALID_REQUEST', `${path} is ${kind}; a request is a regular file. Write the JSON into a file of its own.`, {
      reason: 'not_regular_file',
    }),
    kind,
    false,
  );
}

function unreadable(result: Extract<Result<never>, { ok: false }>, signature: string, mayGrow: boolean): RequestFile {
  return { is: 'unreadable', failure: result.failure, signature, mayGrow };
}
