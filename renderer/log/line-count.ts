/** Counts the lines before a place in a log, reading every byte once however often it is asked. */
import type { LogPiece } from '../../clients/typescript/log-range.ts';

export class LineCount {
  readonly #read: (start: number, end: number) => Promise<LogPiece>;
  readonly #pieceBytes: number;
  /** Line ends before `n * pieceBytes`, for every n counted so far. */
  readonly #before: number[] = [0];

  constructor(read: (start: number, end: number) => Promise<LogPiece>, pieceBytes: number) {
    this.#read = read;
    this.#pieceBytes = pieceBytes;
  }

  /** Line ends in the bytes before `offset`. Throws when the log cannot be read. */
  async until(offset: number): Promise<number> {
    const pieces = Math.floor(offset / this.#pieceBytes);
    while (this.#before.length <= pieces) {
      const at = this.#before.length - 1;
      const counted = await this.#count(at * this.#pieceBytes, (at + 1) * this.#pieceBytes);
      this.#before[at + 1] = (this.#before[at] ?? 0) + counted;
    }
    const rest = offset === pieces * this.#pieceBytes ? 0 : await this.#count(pieces * this.#pieceBytes, offset);
    return (this.#before[pieces] ?? 0) + rest;
  }

  async #count(start: number, end: number): Promise<number> {
    const { bytes } = await this.#read(start, end);
    let lines = 0;
    for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
    return lines;
  }
}
