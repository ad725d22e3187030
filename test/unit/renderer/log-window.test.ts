import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogPiece } from '../../../clients/typescript/log-range.ts';
import { maxLineBytes } from '../../../renderer/log/log-lines.ts';
import {
  appendPiece,
  emptyWindow,
  isFull,
  linesFrom,
  type LogBounds,
  type LogWindow,
  prependPiece,
  windowOn,
} from '../../../renderer/log/log-window.ts';

const roomy: LogBounds = { maxLines: 1000, maxBytes: 1_000_000 };
const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function pieceOf(log: Uint8Array<ArrayBuffer>, start: number, end: number): LogPiece {
  return { bytes: log.slice(start, end), start, end, total: log.length };
}
const whole = (text: string, bounds = roomy): LogWindow => {
  const log = encode(text);
  return windowOn(pieceOf(log, 0, log.length), bounds);
};
const texts = ({ lines }: LogWindow): string[] => lines.map(({ text }) => text);

/** The log in pieces of the given sizes, one after the other; the last takes the rest. */
function inPieces(log: Uint8Array<ArrayBuffer>, sizes: readonly number[]): LogPiece[] {
  const pieces: LogPiece[] = [];
  let at = 0;
  for (const size of [...sizes, log.length]) {
    const end = Math.min(log.length, at + size);
    if (end > at) pieces.push(pieceOf(log, at, end));
    at = end;
  }
  return pieces;
}

const logText = fc
  .array(
    fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('\n', '\r\n', 'é', '🙂', '\u001b[31m')),
    {
      maxLength: 40,
    },
  )
  .map((parts) => parts.join(''));

describe('a window on a log', () => {
  test('has a row per line, and the unfinished one last', () => {
    expect(texts(whole('one\ntwo\r\n\nfour'))).toEqual(['one', 'two', '', 'four']);
    expect(texts(whole('one\n'))).toEqual(['one']);
    expect(whole('')).toEqual(emptyWindow);
  });

  test('rows know their place in the file', () => {
    expect(whole('é\nx\ny').lines.map(({ offset }) => offset)).toEqual([0, 3, 5]);
  });

  test('a piece out of the middle begins with its first whole line', () => {
    const log = encode('first\nsecond\nthird\n');
    const window = windowOn(pieceOf(log, 3, log.length), roomy);
    expect(texts(window)).toEqual(['second', 'third']);
    expect(window).toMatchObject({ start: 6, end: log.length });
  });

  test('however the log is cut into pieces, the rows are the same', () => {
    fc.assert(
      fc.property(logText, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), (text, sizes) => {
        const log = encode(text);
        const grown = inPieces(log, sizes).reduce((window, piece) => appendPiece(window, piece, roomy), emptyWindow);
        expect(grown.lines).toEqual(whole(text).lines);
        expect(grown.end).toBe(log.length);
      }),
    );
  });

  test('loading earlier pieces gives the text of the whole log', () => {
    fc.assert(
      fc.property(logText, fc.integer({ min: 1, max: 12 }), (text, size) => {
        const log = encode(text.replaceAll('\r', ''));
        let window = windowOn(pieceOf(log, Math.max(0, log.length - size), log.length), roomy);
        for (let times = 1; window.start > 0 && times < 1000; times++) {
          // Farther each time: of a line whose beginning is not there nothing can be shown.
          const from = Math.max(0, window.start - size * times);
          window = prependPiece(window, pieceOf(log, from, window.start), roomy);
        }
        const logical = window.lines.map((line, at) => (at === 0 || line.continued ? '' : '\n') + line.text).join('');
        expect(logical).toBe(texts(whole(text.replaceAll('\r', ''))).join('\n'));
      }),
    );
  });

  test('a very long line comes in pieces that say so, and loses nothing', () => {
    // Beginning with one byte, so that a piece would end inside a character.
    const text = `x${'é'.repeat(maxLineBytes)}\nend`;
    const window = whole(text);
    expect(texts(window).join('')).toBe(text.replace('\n', ''));
    expect(window.lines.map(({ continued }) => continued)).toEqual([false, true, true, false]);
    expect(new Set(window.lines.map(({ offset }) => offset)).size).toBe(window.lines.length);
  });

  test('a very long line that comes bit by bit is cut in the same places', () => {
    const text = `\u001b[31mx${'é'.repeat(maxLineBytes)}\nend`;
    const pieces = inPieces(
      encode(text),
      Array.from({ length: 30 }, () => 300),
    );
    const grown = pieces.reduce((window, piece) => appendPiece(window, piece, roomy), emptyWindow);
    expect(grown.lines).toEqual(whole(text).lines);
    const oneRow: LogBounds = { maxLines: 1, maxBytes: 1_000_000 };
    const last = pieces.slice(0, 20).reduce((window, piece) => appendPiece(window, piece, oneRow), emptyWindow);
    expect(last.lines).toMatchObject([{ continued: true, style: { foreground: 1 } }]);
  });

  test('colours go on from line to line, also into lines that were loaded later', () => {
    const log = encode('\u001b[31mred\nstill\n\u001b[0mplain\n');
    const late = windowOn(pieceOf(log, 8, log.length), roomy);
    expect(late.lines.map(({ style }) => style.foreground)).toEqual([null, null]);
    const all = prependPiece(late, pieceOf(log, 0, 9), roomy);
    expect(all.lines.map(({ style }) => style.foreground)).toEqual([null, 1, 1]);
  });
});

describe('the bounds of a window', () => {
  const tight: LogBounds = { maxLines: 3, maxBytes: 40 };

  test('growing at the end lets go of the oldest rows', () => {
    const log = encode('1\n2\n3\n4\n5\n');
    const window = appendPiece(windowOn(pieceOf(log, 0, 4), tight), pieceOf(log, 4, 10), tight);
    expect(texts(window)).toEqual(['3', '4', '5']);
    expect(window).toMatchObject({ start: 4, end: 10 });
    expect(isFull(window, tight)).toBe(true);
  });

  test('growing at the beginning lets go of the newest rows', () => {
    const log = encode('1\n2\n3\n4\n5\n');
    const window = prependPiece(windowOn(pieceOf(log, 3, 10), tight), pieceOf(log, 0, 4), tight);
    expect(texts(window)).toEqual(['1', '2', '3']);
    expect(window).toMatchObject({ start: 0, end: 6, total: 10 });
  });

  test('of much that comes at the beginning, the part next to what was read is taken', () => {
    const log = encode('1\n2\n3\n4\n5\n6\n7\n');
    const window = prependPiece(windowOn(pieceOf(log, 9, 14), tight), pieceOf(log, 0, 10), tight);
    expect(texts(window)).toEqual(['4', '5', '6']);
    expect(window).toMatchObject({ start: 6, end: 12 });
  });

  test('what was let go at the end can be read again from there', () => {
    const log = encode('1\n2\n3\n4\n5\n');
    const window = prependPiece(windowOn(pieceOf(log, 3, 10), tight), pieceOf(log, 0, 4), tight);
    expect(texts(appendPiece(window, pieceOf(log, 6, 10), tight))).toEqual(['3', '4', '5']);
  });

  test('hold whatever comes', () => {
    fc.assert(
      fc.property(logText, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), (text, sizes) => {
        let window = emptyWindow;
        for (const piece of inPieces(encode(text), sizes)) {
          window = appendPiece(window, piece, tight);
          expect(window.lines.length).toBeLessThanOrEqual(tight.maxLines);
          const held = window.end - window.start;
          // One row may be longer than the bound: it is shown all the same.
          if (window.lines.length > 1) expect(held).toBeLessThanOrEqual(tight.maxBytes);
          expect(window.lines[0]?.offset ?? window.start).toBe(window.start);
        }
      }),
    );
  });

  test('a piece that does not meet the beginning changes nothing', () => {
    const log = encode('1\n2\n3\n4\n5\n');
    const window = windowOn(pieceOf(log, 5, 10), roomy);
    expect(prependPiece(window, pieceOf(log, 0, 2), roomy)).toBe(window);
  });

  test('rows from a place on are counted', () => {
    const window = whole('1\n2\n3\n');
    expect([0, 1, 2, 5, 99].map((offset) => linesFrom(window, offset))).toEqual([3, 2, 2, 0, 0]);
  });
});
