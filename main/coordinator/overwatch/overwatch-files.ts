/** The files of the overwatch log: what is told already, appending, and rotating by size. */
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { placeOf } from '../../../protocol/overwatch-line.ts';

export interface RotationRules {
  /** A file that has reached this is rotated before the next lines; bytes. */
  readonly rotateBytes: number;
  /** How many old files are kept: `overwatch.log.1` is the newest. */
  readonly keptFiles: number;
}

/** About 30,000 lines in a file. */
export const defaultRotation: RotationRules = { rotateBytes: 4 * 1024 * 1024, keptFiles: 4 };

const appending = constants.O_CREAT | constants.O_WRONLY | constants.O_APPEND;

export class OverwatchFiles {
  readonly #path: string;
  readonly #rules: RotationRules;
  /** How much of the file is whole; null: not known, it is looked at before anything is written. */
  #size: number | null = null;

  constructor(path: string, rules: RotationRules = defaultRotation) {
    this.#path = path;
    this.#rules = rules;
  }

  /** The last event of which every line is written; 0: none is. What a crash or a full disk left half written is cut off. */
  async lastTold(): Promise<number> {
    let last: number | null = null;
    for (let age = 0; age <= this.#rules.keptFiles && last === null; age++) {
      const bytes = await bytesOf(this.#old(age));
      const whole = wholeEvents(bytes);
      if (age === 0) await this.#cut(bytes.length, whole.end);
      last = whole.last;
    }
    return last ?? 0;
  }

  /** Lines of whole events. Where it throws, nothing is known to be written: ask `lastTold` and go on from there. */
  async append(text: string): Promise<void> {
    const size = this.#size;
    if (size === null) throw new Error('lastTold was not asked'); // A bug of ours.
    this.#size = null;
    const isFull = size >= this.#rules.rotateBytes;
    if (isFull) await this.#rotate();
    const bytes = Buffer.from(text);
    const file = await openRegular(this.#path, appending);
    await using(file, () => file.appendFile(bytes));
    this.#size = (isFull ? 0 : size) + bytes.length;
  }

  async #cut(size: number, end: number): Promise<void> {
    if (end < size) {
      const file = await openRegular(this.#path, constants.O_RDWR);
      await using(file, () => file.truncate(end));
    }
    this.#size = end;
  }

  /** From the oldest on, so that at every moment each file has a name; a rotation that a crash cut short left a gap to use. */
  async #rotate(): Promise<void> {
    const { keptFiles } = this.#rules;
    let free = 1;
    while (free < keptFiles && (await exists(this.#old(free)))) free++;
    if (keptFiles === 0) await rm(this.#path, { force: true });
    else for (let age = free; age >= 1; age--) await rename(this.#old(age - 1), this.#old(age));
  }

  #old(age: number): string {
    return age === 0 ? this.#path : `${this.#path}.${age}`;
  }
}

/** Up to which byte there are only whole events, and which is the last of them; null: there is none. */
export function wholeEvents(bytes: Buffer): { readonly end: number; readonly last: number | null } {
  for (let end = bytes.lastIndexOf(0x0a); end !== -1;) {
    const before = end === 0 ? -1 : bytes.lastIndexOf(0x0a, end - 1);
    const place = placeOf(bytes.toString('utf8', before + 1, end));
    if (place?.isLast === true) return { end: end + 1, last: place.seq };
    end = before;
  }
  return { end: 0, last: null };
}

async function using(file: FileHandle, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await file.close();
  }
}

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Agents can write in its folder: a link is never followed and a pipe never waited for. Windows has no such flags. */
async function openRegular(path: string, flags: number): Promise<FileHandle> {
  const file = await open(path, flags | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0), 0o600);
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw new Error(`${path} is no regular file; remove it`);
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    const file = await openRegular(path, constants.O_RDONLY);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
