/** Cutting the bytes of a log into lines that know where in the file they begin. */

/** Longer lines are shown in pieces of this size: a row of the screen must stay small whatever a program prints. */
export const maxLineBytes = 4096;

export interface RawLine {
  /** Byte offset of its first byte in the log: unique and stable. */
  readonly offset: number;
  readonly text: string;
  /** It goes on from the row above without a line end between them. */
  readonly continued: boolean;
}

export interface CutLines {
  /** Finished rows, and at the end the unfinished one, if any. */
  readonly lines: readonly RawLine[];
  /** Offset where the unfinished row begins; the end of the bytes when the last row is finished. */
  readonly openFrom: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** `base` is the offset of the first byte; `continued` says whether the first row goes on from the one before it. */
export function cutLines(bytes: Uint8Array, base: number, continued: boolean): CutLines {
  const decoder = new TextDecoder();
  const lines: RawLine[] = [];
  let from = 0;
  let goesOn = continued;
  while (from < bytes.length) {
    const feed = bytes.indexOf(lineFeed, from);
    const lineEnd = feed === -1 ? bytes.length : feed;
    const end = lineEnd - from > maxLineBytes ? pieceEnd(bytes, from) : lineEnd;
    const finished = end < lineEnd || feed !== -1;
    const row = {
      offset: base + from,
      text: decoder.decode(trimmed(bytes, from, end, end === feed)),
      continued: goesOn,
    };
    lines.push(row);
    if (!finished) return { lines, openFrom: row.offset };
    goesOn = end < lineEnd;
    from = goesOn ? end : end + 1;
  }
  return { lines, openFrom: base + bytes.length };
}

/** A line that ends in CR LF ends there; a CR elsewhere is part of the text. */
function trimmed(bytes: Uint8Array, from: number, end: number, atFeed: boolean): Uint8Array {
  return bytes.subarray(from, atFeed && end > from && bytes[end - 1] === carriageReturn ? end - 1 : end);
}

/** Where a long line is cut: not inside a character. */
function pieceEnd(bytes: Uint8Array, from: number): number {
  let end = from + maxLineBytes;
  while (end > from + maxLineBytes - 4 && isInside(bytes[end])) end -= 1;
  return end;
}

/** A byte that continues a UTF-8 character. */
const isInside = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/**
 * How many bytes to skip at the start of a piece that was cut out of the middle of a log: up to the first line's
 * beginning; where there is no line end at all, only the rest of a cut character.
 */
export function skipCutLine(bytes: Uint8Array): number {
  const feed = bytes.indexOf(lineFeed);
  if (feed !== -1 && feed + 1 < bytes.length) return feed + 1;
  let at = 0;
  while (at < 3 && isInside(bytes[at])) at += 1;
  return at;
}
