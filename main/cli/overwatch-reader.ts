/** Reading `logs/overwatch.log`, which rotates: its last lines, and what comes after them, each once. */
import { type FileHandle, open } from 'node:fs/promises';
import { placeOf } from '../../protocol/overwatch-line.ts';

export interface OverwatchLine {
  /** Its place in the journal. */
  readonly seq: number;
  /** Without its end. */
  readonly text: string;
}

/** Files are looked for from `path` to `path.1` and on, as far as there are any. */
export class OverwatchReader {
  readonly #path: string;
  #file: FileHandle | null = null;
  #offset = 0;
  /** Of lines that are not whole, or of an event that is not. */
  #rest = '';
  #told = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** The last `count` lines; null: there is no log. What is written from now on comes with `more`. */
  async last(count: number): Promise<OverwatchLine[] | null> {
    const present = await this.more();
    if (this.#file === null) return null;
    let lines = present;
    for (let age = 1; lines.length < count; age++) {
      const older = new OverwatchReader(`${this.#path}.${age}`);
      const found = await older.more();
      const isThere = older.#file !== null;
      await older.close();
      if (!isThere) break;
      // It may have been rotated between the two looks.
      const before = lines[0]?.seq ?? Number.POSITIVE_INFINITY;
      lines = [...found.filter(({ seq }) => seq < before || before === 0), ...lines];
    }
    return count === 0 ? [] : lines.slice(-count);
  }

  /** What is written since the last call, over a rotation. */
  async more(): Promise<OverwatchLine[]> {
    const next = await opened(this.#path);
    if (next === null || this.#file === null) {
      this.#file ??= next;
      return this.#file === null ? [] : await this.#read(this.#file);
    }
    const [present, named] = await Promise.all([this.#file.stat(), next.stat()]);
    if (present.ino === named.ino && present.dev === named.dev && named.size >= this.#offset) {
      await next.close();
      return await this.#read(this.#file);
    }
    const left = present.ino === named.ino ? [] : await this.#read(this.#file);
    await this.#file.close();
    this.#file = next;
    this.#offset = 0;
    this.#rest = '';
    return [...left, ...(await this.#read(next))];
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  async #read(file: FileHandle): Promise<OverwatchLine[]> {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - this.#offset));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset);
    // Cut in the middle of a character it is read again with the rest of its line.
    const end = bytes.lastIndexOf(0x0a, bytesRead - 1) + 1;
    this.#offset += end;
    return this.#whole(this.#rest + bytes.toString('utf8', 0, end));
  }

  /** Lines of whole events only: what is half written is cut off after a crash and written again. */
  #whole(text: string): OverwatchLine[] {
    const lines = text.split('\n').slice(0, -1);
    const places = lines.map(placeOf);
    const count = places.findLastIndex((place) => place?.isLast === true) + 1;
    this.#rest = lines
      .slice(count)
      .map((line) => `${line}\n`)
      .join('');
    const whole = lines.slice(0, count).flatMap((line, index): OverwatchLine[] => {
      const seq = places[index]?.seq;
      if (seq === undefined) return [];
      if (seq === 0) this.#told = 0; // The journal begins anew.
      return seq !== 0 && seq <= this.#told ? [] : [{ seq, text: line }];
    });
    this.#told = whole.at(-1)?.seq ?? this.#told;
    return whole;
  }
}

async function opened(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
