/** Searching a log, without a page or a worker: what is looked for, and where it is in a piece of the log. */
import { bytesWithGaps } from './byte-places.ts';

export interface LogQuery {
  readonly text: string;
  readonly isPattern: boolean;
  readonly isCaseKept: boolean;
}

/** null: nothing is looked for. A pattern that is none is said in words. */
export function patternOf({ text, isPattern, isCaseKept }: LogQuery): RegExp | string | null {
  if (text === '') return null;
  const source = isPattern ? text : text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  try {
    return new RegExp(source, isCaseKept ? 'gu' : 'giu');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Colours and the like, which nobody looks for. */
const escapes = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-Z\\-~])/g;
export const withoutEscapes = (text: string): string => (text.includes('\u001b') ? text.replaceAll(escapes, '') : text);

/** Lines longer than this are looked through in parts. */
const partBytes = 256 * 1024;

export interface PieceFound {
  /** The byte of the log that each match begins with. */
  readonly places: readonly number[];
  /** Each line with a match, without its escapes; of a very long one the part. */
  readonly lines: readonly string[];
  /** How many bytes belong to lines that have ended; the rest is to be looked at with the next piece. */
  readonly used: number;
}

/** `start`: where the piece begins. `isLast`: nothing follows, so its last line has ended, too. */
export function findIn(bytes: Uint8Array, start: number, isLast: boolean, pattern: RegExp): PieceFound {
  const decoder = new TextDecoder();
  const places: number[] = [];
  const lines: string[] = [];
  let from = 0;
  while (from < bytes.length) {
    const feed = bytes.indexOf(0x0a, from);
    const isOpen = feed === -1;
    if (isOpen && !isLast && bytes.length - from < partBytes) break;
    const to = Math.min(isOpen ? bytes.length : feed, from + partBytes);
    const raw = decoder.decode(bytes.subarray(from, to));
    const text = withoutEscapes(raw);
    const byteOf = bytesWithGaps(raw, text === raw ? [] : [...raw.matchAll(escapes)]);
    const before = places.length;
    for (const match of text.matchAll(pattern)) {
      if (match[0] === '') continue;
      places.push(start + from + Math.min(to - from - 1, byteOf(match.index)));
    }
    if (places.length > before) lines.push(text.replace(/\r$/, ''));
    from = to === feed ? feed + 1 : to;
  }
  return { places, lines, used: from };
}

export type Range = readonly [from: number, to: number];

/** Where a text has what is looked for. */
export function rangesIn(text: string, pattern: RegExp): readonly Range[] {
  const ranges: Range[] = [];
  for (const match of text.matchAll(pattern)) {
    if (match[0] !== '') ranges.push([match.index, match.index + match[0].length]);
  }
  return ranges;
}

/** Marks cost time to draw. */
const mostMarked = 200;

/** Those that are marked: not more than a page can draw, those around `middle` where there are more. */
export function markedOf(ranges: readonly Range[], middle: number): readonly Range[] {
  const from = Math.max(0, Math.min(middle - mostMarked / 2, ranges.length - mostMarked));
  return ranges.slice(from, from + mostMarked);
}
