/** Follows an agent's log file and hands complete lines to the reader of its runtime. Memory stays bounded. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { OutputReader } from '../runtimes/runtime.ts';

/** What the agent put in its log's place is not followed, and nothing blocks. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const chunkBytes = 256 * 1024;
/** A single line may be a whole tool result; beyond this it is skipped, never collected. */
const longestLineBytes = 4 * 1024 * 1024;

export class OutputTail {
  readonly #path: string;
  readonly #reader: OutputReader;
  #offset: number;
  #partial: Buffer[] = [];
  #partialBytes = 0;

  constructor(path: string, offset: number, reader: OutputReader) {
    this.#path = path;
    this.#offset = offset;
    this.#reader = reader;
  }

  /**
   * Reads what was added, at most `limitBytes`, and says whether there may be more. A missing file has nothing yet, and what
   * cannot be read has nothing either: an agent may have put a folder or a pipe in its place, which must not be waited for.
   */
  read(limitBytes: number): boolean {
    let fd: number;
    try {
      fd = openSync(this.#path, openFlags);
    } catch {
      return false; // Not there yet, or gone: there is nothing to read either way.
    }
    try {
      if (!fstatSync(fd).isFile()) return false;
      const buffer = Buffer.allocUnsafe(chunkBytes);
      for (let total = 0; total < limitBytes;) {
        const count = readOrNone(fd, buffer, this.#offset);
        if (count === 0) return false;
        this.#offset += count;
        total += count;
        this.#take(Buffer.from(buffer.subarray(0, count)));
      }
      return true;
    } catch {
      return false; // The disk cannot read it now: the next look may.
    } finally {
      closeSync(fd);
    }
  }

  /** Reads to the end, giving other work a turn in between, and counts an unfinished last line as a line. */
  async drain(): Promise<void> {
    while (this.read(8 * chunkBytes)) await new Promise((resolve) => setImmediate(resolve));
    if (this.#partialBytes > 0) this.#line(Buffer.alloc(0));
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let newline = chunk.indexOf(0x0a); newline !== -1; newline = chunk.indexOf(0x0a, from)) {
      this.#line(chunk.subarray(from, newline));
      from = newline + 1;
    }
    const rest = chunk.subarray(from);
    this.#partialBytes += rest.length;
    if (this.#partialBytes <= longestLineBytes) this.#partial.push(rest);
    else this.#partial = [];
  }

  #line(end: Buffer): void {
    if (this.#partialBytes <= longestLineBytes) {
      this.#reader.line(Buffer.concat([...this.#partial, end]).toString('utf8'));
    }
    this.#partial = [];
    this.#partialBytes = 0;
  }
}

function readOrNone(fd: number, buffer: Buffer, position: number): number {
  try {
    return readSync(fd, buffer, 0, chunkBytes, position);
  } catch {
    return 0; // A folder, a pipe, a broken disk: asked again with the next look.
  }
}
