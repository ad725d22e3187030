/**
 * The part of a log that is held in memory: one run of bytes [start, end) as lines. It grows at both ends and is bounded;
 * what grows at one end over the bound is let go at the other. Values are replaced, never changed.
 */
import type { LogPiece } from '../../clients/typescript/log-range.ts';
import { styleAfter } from './ansi.ts';
import { cutLines, type RawLine, skipCutLine } from './log-lines.ts';
import { plainStyle, sameStyle, type SgrState } from './sgr.ts';

export interface LogLine extends RawLine {
  /** The colours and emphasis the line begins with. */
  readonly style: SgrState;
}

export interface LogWindow {
  readonly start: number;
  readonly end: number;
  /** Length of the whole log as last told. */
  readonly total: number;
  /** Number of the line that the first row belongs to, from 1; null: not counted yet. */
  readonly firstLine: number | null;
  readonly lines: readonly LogLine[];
  /** Bytes of the last row while its line has not ended; more of them may come. */
  readonly open: Uint8Array;
  /** The newest rows were let go in the middle of a line: what follows goes on with it. */
  readonly isCut: boolean;
}

export interface LogBounds {
  readonly maxLines: number;
  readonly maxBytes: number;
}

/** What one open log may hold: some screens of any agent's work, and a fixed price for a log of any size. */
export const defaultBounds: LogBounds = { maxLines: 20_000, maxBytes: 8 * 1024 * 1024 };

export const emptyWindow: LogWindow = {
  start: 0,
  end: 0,
  total: 0,
  firstLine: 1,
  lines: [],
  open: new Uint8Array(),
  isCut: false,
};

/** A window on a piece from anywhere in the log; a line cut by the piece's beginning is left out. */
export function windowOn(piece: LogPiece, bounds: LogBounds): LogWindow {
  const skipped = piece.start === 0 ? 0 : skipCutLine(piece.bytes);
  const start = piece.start + skipped;
  const { bytes } = piece;
  return appendPiece(
    { ...emptyWindow, start, end: start, firstLine: start === 0 ? 1 : null },
    { ...piece, start, bytes: bytes.subarray(skipped) },
    bounds,
  );
}

/** Adds what follows `end`; lets go of the oldest lines over the bound. */
export function appendPiece(window: LogWindow, piece: LogPiece, bounds: LogBounds): LogWindow {
  if (piece.bytes.length === 0) return { ...window, total: piece.total };
  const open = window.open.length > 0 ? window.lines.at(-1) : undefined;
  const bytes = open === undefined ? piece.bytes : joined(window.open, piece.bytes);
  const kept = open === undefined ? window.lines : window.lines.slice(0, -1);
  const base = piece.end - bytes.length;
  const cut = cutLines(bytes, base, open?.continued ?? window.isCut);
  const added = styled(cut.lines, open?.style ?? styleAtEnd(kept));
  const grown = {
    ...window,
    end: piece.end,
    total: piece.total,
    lines: [...kept, ...added],
    open: bytes.slice(cut.openFrom - base),
    isCut: false,
  };
  return withoutOldest(grown, bounds);
}

/**
 * Adds what precedes `start`, at most half a window of it, and lets go of the newest lines over the bound: what was at
 * the top before stays, in the middle of the new window.
 */
export function prependPiece(window: LogWindow, piece: LogPiece, bounds: LogBounds): LogWindow {
  if (piece.end !== window.start || piece.bytes.length === 0) return window;
  const skipped = piece.start === 0 ? 0 : skipCutLine(piece.bytes);
  const start = piece.start + skipped;
  const cut = cutLines(piece.bytes.subarray(skipped), start, false);
  const added = styled(cut.lines, plainStyle).slice(-Math.ceil(bounds.maxLines / 2));
  const [first, ...rest] = window.lines;
  // No line end where the two meet: what was the first row goes on from the added ones.
  const meets = first !== undefined && cut.openFrom < piece.end;
  const held = first === undefined ? [] : [meets ? { ...first, continued: true } : first, ...rest];
  const grown = {
    ...window,
    start: added[0]?.offset ?? start,
    total: piece.total,
    firstLine: numberBefore(window.firstLine, added, meets),
    lines: [...added, ...restyled(held, styleAtEnd(added))],
  };
  return withoutNewest(grown, bounds);
}

const begun = (lines: readonly LogLine[]): number => lines.reduce((sum, line) => sum + (line.continued ? 0 : 1), 0);

function numberBefore(firstLine: number | null, added: readonly LogLine[], meets: boolean): number | null {
  const [first] = added;
  if (first === undefined) return firstLine;
  if (first.offset === 0) return 1;
  if (firstLine === null) return null;
  // The first of the added rows has the wanted number; those that begin a line after it lie between.
  return firstLine - begun(added.slice(1)) - (meets ? 0 : 1);
}

/** With the number of its first line, once somebody counted the line ends before `offset`. */
export function withLinesBefore(window: LogWindow, offset: number, linesBefore: number): LogWindow {
  return window.start === offset ? { ...window, firstLine: linesBefore + 1 } : window;
}

/** Line number of every row; null for one that goes on from the row above, and for all while they are not counted. */
export function lineNumbers({ lines, firstLine }: LogWindow): readonly (number | null)[] {
  let number = firstLine ?? 0;
  return lines.map((line, at) => {
    if (firstLine === null) return null;
    if (at > 0 && !line.continued) number += 1;
    return line.continued ? null : number;
  });
}

/** Nothing can be added without letting go of something. */
export function isFull({ start, end, lines }: LogWindow, { maxLines, maxBytes }: LogBounds): boolean {
  return lines.length >= maxLines || end - start >= maxBytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function styled(lines: readonly RawLine[], style: SgrState): LogLine[] {
  let at = style;
  return lines.map((line) => {
    const begun = { ...line, style: at };
    at = styleAfter(line.text, at);
    return begun;
  });
}

const styleAtEnd = (lines: readonly LogLine[]): SgrState => {
  const last = lines.at(-1);
  return last === undefined ? plainStyle : styleAfter(last.text, last.style);
};

/** Lines that now begin with another style, up to where nothing changes any more. */
function restyled(lines: readonly LogLine[], style: SgrState): readonly LogLine[] {
  const redone: LogLine[] = [];
  let at = style;
  for (const [index, line] of lines.entries()) {
    if (sameStyle(line.style, at)) return [...redone, ...lines.slice(index)];
    redone.push({ ...line, style: at });
    at = styleAfter(line.text, at);
  }
  return redone;
}

function withoutOldest(window: LogWindow, { maxLines, maxBytes }: LogBounds): LogWindow {
  const { lines, end } = window;
  let from = Math.max(0, lines.length - maxLines);
  while (from < lines.length - 1 && end - (lines[from]?.offset ?? end) > maxBytes) from += 1;
  const first = lines[from];
  if (from === 0 || first === undefined) return window;
  const firstLine = window.firstLine === null ? null : window.firstLine + begun(lines.slice(1, from + 1));
  return { ...window, start: first.offset, firstLine, lines: lines.slice(from) };
}

function withoutNewest(window: LogWindow, { maxLines, maxBytes }: LogBounds): LogWindow {
  const { lines, start, end } = window;
  let to = Math.min(lines.length, maxLines);
  while (to > 1 && (lines[to]?.offset ?? end) - start > maxBytes) to -= 1;
  const cut = lines[to];
  return cut === undefined
    ? window
    : { ...window, end: cut.offset, lines: lines.slice(0, to), open: new Uint8Array(), isCut: cut.continued };
}

/** How many rows begin at or after a place in the log. */
export function linesFrom({ lines }: LogWindow, offset: number): number {
  return lines.length - (lines.findLastIndex((line) => line.offset < offset) + 1);
}
