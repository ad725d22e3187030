/** Byte ranges of a log over HTTP: what is asked for, and what came back. */
import type { HttpAnswer } from './http-exchange.ts';

/**
 * Which part of a log: all of it, bytes `start` to before `end`, or the last `lastBytes`. `end` left out is the end of
 * the log; `lastBytes`, at least 1, wins over the other two.
 */
export interface LogRange {
  readonly start?: number;
  readonly end?: number;
  readonly lastBytes?: number;
}

/**
 * A piece of a log. `end` is the position after its last byte: ask again with `start: end` to go on. A character may be
 * cut at either side, so decode consecutive pieces with one streaming TextDecoder.
 */
export interface LogPiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly start: number;
  readonly end: number;
  /** Length of the whole log at the time of the answer. */
  readonly total: number;
}

export const emptyPiece = (at: number, total: number): LogPiece => ({
  bytes: new Uint8Array(),
  start: at,
  end: at,
  total,
});

/** Nothing can be in it, and HTTP has no way to ask for nothing. */
export const isEmptyRange = ({ start = 0, end, lastBytes }: LogRange): boolean =>
  lastBytes === undefined && end !== undefined && end <= start;

/** The value of the `Range` header; null: no header, the whole log. */
export function rangeHeader({ start, end, lastBytes }: LogRange): string | null {
  if (lastBytes !== undefined) return `bytes=-${lastBytes}`;
  if (end !== undefined) return `bytes=${start ?? 0}-${end - 1}`;
  return start === undefined || start === 0 ? null : `bytes=${start}-`;
}

/** null: the headers make no sense together with the bytes. */
export function readPiece({ status, headers, bytes }: HttpAnswer): LogPiece | null {
  if (status === 200) return { bytes, start: 0, end: bytes.length, total: bytes.length };
  const match = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(headers.get('content-range') ?? '');
  if (match === null) return null;
  const [, first, last, whole] = match;
  const total = Number(whole);
  if (first === undefined || last === undefined) return emptyPiece(total, total);
  const piece = { bytes, start: Number(first), end: Number(last) + 1, total };
  return piece.end - piece.start === bytes.length ? piece : null;
}
