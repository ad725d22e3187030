/**
 * Reads one file of the requests folder as if a stranger had put it there: no link is followed, nothing blocks, the
 * checks are made on the open file and not on its name, and no more is read than a request may have.
 */
import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { type Failure, fail, type Result } from '../../../protocol/failures.ts';
import { parseStrictJson } from '../../../protocol/strict-json.ts';
import { decodeText } from './decode.ts';
import { codeOf, isPassing } from './passing-trouble.ts';

export const largestRequestBytes = 1024 * 1024;

/** `mark` is which file it is and which version of it: it changes while a writer is at work, and with another file of the name. */
export type RequestFile =
  | { readonly is: 'body'; readonly body: unknown; readonly mark: string }
  /** Not there any more: somebody took it away, which is theirs to do. */
  | { readonly is: 'gone' }
  /** Nothing is known of it: the machine had trouble, or it was replaced under our eyes. Ask again. */
  | { readonly is: 'later'; readonly why: string }
  /** Not a request now; with `mayGrow` it may become one. */
  | { readonly is: 'unreadable'; readonly failure: Failure; readonly mark: string; readonly mayGrow: boolean };

export function readRequestFile(path: string): RequestFile {
  try {
    const named = lstatSync(path, { bigint: true });
    if (!named.isFile()) return notRegular(path, named);
    return openAndRead(path, named);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return { is: 'gone' };
    if (code === null) throw error;
    return { is: 'later', why: code };
  }
}

/** The mark of what lies at the path now, or null when nothing does. Throws what lstat throws else. */
export function markAt(path: string): string | null {
  const info = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return info === undefined ? null : markOf(info);
}

const markOf = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino}:${size}:${mtimeNs}`;

const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function openAndRead(path: string, named: BigIntStats): RequestFile {
  const opened = open(path, named);
  if (typeof opened !== 'number') return opened;
  try {
    return readOpened(opened, path, named);
  } finally {
    closeSync(opened);
  }
}

function open(path: string, named: BigIntStats): number | RequestFile {
  try {
    return openSync(path, openFlags);
  } catch (error) {
    const code = codeOf(error);
    // A link or a socket that took the file's place since: the next look sees what it is.
    if (code === null || code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO' || isPassing(error)) throw error;
    return unreadable(
      fail('INVALID_REQUEST', `The request file cannot be read (${code}). Check its permissions.`, {
        reason: 'unreadable',
      }),
      markOf(named),
      true,
    );
  }
}

function readOpened(fd: number, path: string, named: BigIntStats): RequestFile {
  const info = fstatSync(fd, { bigint: true });
  if (!info.isFile()) return notRegular(path, info);
  const mark = markOf(info);
  const fault = faultOf(info);
  if (fault !== null) return unreadable(fault, mark, false);
  if (!isSame(info, named)) return { is: 'later', why: 'it was replaced while it was opened' };
  const bytes = readAtMost(fd, Math.min(Number(info.size), largestRequestBytes) + 1);
  if (bytes.length > largestRequestBytes) return unreadable(tooLarge(bytes.length), mark, false);
  if (bytes.length !== Number(info.size)) return { is: 'later', why: 'it is being written' };
  const body = parse(bytes);
  return body.ok ? { is: 'body', body: body.value, mark } : unreadable(body, mark, mayBeCut(body.failure));
}

/** What is only half there yet is bad JSON or ends in half a character; nothing that is added mends another fault. */
const mayBeCut = ({ details }: Failure): boolean =>
  details?.['reason'] === 'not_json' || details?.['reason'] === 'bad_encoding';

/** Windows has not always told the same volume by name and by handle; a folder has one volume anyway. */
const isSame = (a: BigIntStats, b: BigIntStats): boolean =>
  a.ino === b.ino && (process.platform === 'win32' || a.dev === b.dev);

/** What of an open regular file makes it no request, whatever it holds; null: nothing. */
function faultOf({ ino, nlink, uid, size }: BigIntStats): Extract<Result<never>, { ok: false }> | null {
  if (ino === 0n) {
    return fail(
      'INVALID_REQUEST',
      'The file system gives this file no identity, so it cannot be told from another. Keep the root folder on a local disk.',
      { reason: 'no_identity' },
    );
  }
  if (nlink !== 1n) {
    return fail('INVALID_REQUEST', `The request file has ${nlink} names (hard links). Write a file of its own.`, {
      reason: 'link_count',
    });
  }
  const user = process.geteuid?.();
  if (user !== undefined && uid !== BigInt(user)) {
    return fail(
      'INVALID_REQUEST',
      `The request file belongs to user ${uid}, and the coordinator is user ${user}. Write it as that user, or ask by HTTP with a token.`,
      { reason: 'owner', owner: Number(uid), expected: user },
    );
  }
  return size > largestRequestBytes ? tooLarge(Number(size)) : null;
}

const tooLarge = (size: number): Extract<Result<never>, { ok: false }> =>
  fail(
    'TOO_LARGE',
    `The request file has ${size} bytes; at most ${largestRequestBytes} are taken. Put a long prompt into a file and name it in config.prompt_file.`,
    { size, limit: largestRequestBytes },
  );

/** One byte more than the file should have shows that it has grown. */
function readAtMost(fd: number, most: number): Buffer {
  const bytes = Buffer.alloc(most);
  let done = 0;
  while (done < most) {
    const count = readSync(fd, bytes, done, most - done, done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}

function parse(bytes: Buffer): Result<unknown> {
  const text = decodeText(bytes);
  return text.ok ? parseStrictJson(text.value) : text;
}

function notRegular(path: string, info: BigIntStats): RequestFile {
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
    markOf(info),
    false,
  );
}

function unreadable(result: Extract<Result<never>, { ok: false }>, mark: string, mayGrow: boolean): RequestFile {
  return { is: 'unreadable', failure: result.failure, mark, mayGrow };
}
