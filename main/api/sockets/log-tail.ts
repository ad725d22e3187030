/**
 * One agent's log, piece by piece, from a place on until the agent has ended and all was read. It reads only when it is
 * asked, so whoever takes slowly costs no memory. Another file of the same name is read from its beginning.
 */
import type { FileHandle } from 'node:fs/promises';
import { lstat } from 'node:fs/promises';
import { isPassing } from '../../coordinator/inbox/passing-trouble.ts';
import { openLog } from '../../coordinator/root/log-file.ts';
import { headOfCharacter, tailOfCharacter } from './whole-characters.ts';

/** Where to begin: at a byte, so many bytes before the end, or (null) at the end. */
export type LogStart = { readonly from: number } | { readonly last: number } | null;

export type Piece =
  | { readonly is: 'text'; readonly offset: number; readonly end: number; readonly text: string }
  /** Nothing new. */
  | { readonly is: 'nothing' }
  /** The system cannot read it now (descriptors are used up, say). */
  | { readonly is: 'later' }
  /** Not this coordinator's file any more: a link, a pipe, or one with a second name. */
  | { readonly is: 'replaced' };

const pieceBytes = 64 * 1024;

export class LogTail {
  readonly #path: string;
  readonly #start: LogStart;
  /** Of the next byte to read; null before the first look. */
  #at: number | null = null;
  /** The first characters of a piece may have begun before the place that was asked for. */
  #mayBeCut = true;
  /** The file that was read last. */
  #inode: bigint | null = null;

  constructor(path: string, start: LogStart) {
    this.#path = path;
    this.#start = start;
  }

  /** Of the next byte; 0 where nothing was read yet. */
  get position(): number {
    return this.#at ?? 0;
  }

  /** `isLast`: nothing is written any more, so half a character is sent as what it is. Throws what does not pass by itself. */
  async next(isLast: boolean): Promise<Piece> {
    try {
      return await this.#next(isLast);
    } catch (error) {
      if (isPassing(error)) return { is: 'later' };
      throw error;
    }
  }

  async #next(isLast: boolean): Promise<Piece> {
    if (!(await this.#hasMore())) return { is: 'nothing' };
    const opened = await openLog(this.#path);
    if (!opened.ok) return { is: 'replaced' };
    const file = opened.value;
    if (file === null) {
      this.#at ??= 0; // All that it will hold is new.
      return { is: 'nothing' };
    }
    try {
      return await this.#read(file, isLast);
    } finally {
      await file.close();
    }
  }

  /** One look at the name is cheaper than opening a file in which nothing is new. */
  async #hasMore(): Promise<boolean> {
    if (this.#at === null) return true;
    const info = await lstat(this.#path, { bigint: true }).catch(() => null); // Opening it says what is wrong.
    return info === null || info.ino !== this.#inode || info.nlink !== 1n || info.size !== BigInt(this.#at);
  }

  async #read(file: FileHandle, isLast: boolean): Promise<Piece> {
    const { ino, size: bytesInFile } = await file.stat({ bigint: true });
    const size = Number(bytesInFile);
    const at = this.#placeIn(ino, size);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(Math.min(pieceBytes, size - at)), { position: at });
    const read = buffer.subarray(0, bytesRead);
    const cutOff = this.#mayBeCut ? tailOfCharacter(read) : 0;
    const isEnd = isLast && at + bytesRead === size;
    const whole = read.subarray(cutOff, read.length - (isEnd ? 0 : headOfCharacter(read)));
    if (whole.length === 0) return { is: 'nothing' };
    const offset = at + cutOff;
    this.#at = offset + whole.length;
    this.#mayBeCut = false;
    return { is: 'text', offset, end: this.#at, text: whole.toString('utf8') };
  }

  #placeIn(inode: bigint, size: number): number {
    const isOther = this.#inode !== null && (inode !== this.#inode || size < this.position);
    this.#inode = inode;
    this.#at = isOther ? 0 : (this.#at ?? this.#firstPlace(size));
    if (isOther) this.#mayBeCut = false;
    return this.#at;
  }

  #firstPlace(size: number): number {
    const start = this.#start;
    if (start === null) return size;
    return 'from' in start ? Math.min(start.from, size) : Math.max(0, size - start.last);
  }
}
