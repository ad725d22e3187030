import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogPiece } from '../../../clients/typescript/log-range.ts';
import { LineCount } from '../../../renderer/log/line-count.ts';
import { lineTime } from '../../../renderer/log/line-time.ts';
import {
  appendPiece,
  lineNumbers,
  type LogBounds,
  prependPiece,
  windowOn,
  withLinesBefore,
} from '../../../renderer/log/log-window.ts';
import { seekTime } from '../../../renderer/log/seek-time.ts';
import { askedTime } from '../../../renderer/selectors/asked-time.ts';
import { rulerTime, tellsTimes, timeAt } from '../../../renderer/selectors/log-times.ts';

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const pieceOf = (log: Uint8Array<ArrayBuffer>, start: number, end: number): LogPiece => {
  const to = Math.min(end, log.length);
  return { bytes: log.slice(start, to), start, end: to, total: log.length };
};
const reader = (log: Uint8Array<ArrayBuffer>) => (start: number, end: number) =>
  Promise.resolve(pieceOf(log, start, end));

describe('line numbers', () => {
  test('however a window came about and what it let go, a numbered row has the number of its line', () => {
    const step = fc.record({ isBefore: fc.boolean(), size: fc.integer({ min: 1, max: 12 }) });
    const text = fc.array(fc.constantFrom('a', 'bc', '\n'), { minLength: 1, maxLength: 60 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, fc.nat(60), fc.array(step, { maxLength: 12 }), (all, from, steps) => {
        const log = encode(all);
        const bounds: LogBounds = { maxLines: 6, maxBytes: 100 };
        const begin = Math.min(from, log.length - 1);
        const opened = windowOn(pieceOf(log, begin, begin + 8), bounds);
        const endsBefore = (offset: number) => all.slice(0, offset).split('\n').length - 1;
        let window = withLinesBefore(opened, opened.start, endsBefore(opened.start));
        for (const { isBefore, size } of steps) {
          const { start, end } = window;
          window = isBefore
            ? prependPiece(window, pieceOf(log, Math.max(0, start - size), start), bounds)
            : appendPiece(window, pieceOf(log, end, end + size), bounds);
          for (const [row, number] of lineNumbers(window).entries()) {
            if (number !== null) expect(number).toBe(endsBefore(window.lines[row]?.offset ?? 0) + 1);
          }
        }
      }),
    );
  });

  test('are unknown in the middle of a log until they are counted, and known from its beginning', () => {
    const log = encode('one\ntwo\nthree\nfour\n');
    const window = windowOn(pieceOf(log, 5, log.length), { maxLines: 10, maxBytes: 100 });
    expect(lineNumbers(window)).toEqual([null, null]);
    expect(lineNumbers(withLinesBefore(window, 3, 9))).toEqual([null, null]);
    expect(lineNumbers(withLinesBefore(window, 8, 2))).toEqual([3, 4]);
    expect(lineNumbers(windowOn(pieceOf(log, 0, 9), { maxLines: 10, maxBytes: 100 }))).toEqual([1, 2, 3]);
  });

  test('LineCount tells the line ends before any byte, and reads no piece twice', async () => {
    const log = encode('a\n\nbc\nd');
    const asked: number[] = [];
    const count = new LineCount((start, end) => {
      asked.push(start);
      return reader(log)(start, end);
    }, 3);
    for (const [at, lines] of [
      [0, 0],
      [2, 1],
      [3, 2],
      [6, 3],
      [7, 3],
    ] as const)
      expect(await count.until(at)).toBe(lines);
    expect(asked).toEqual([0, 0, 3, 6]);
  });
});

describe('times', () => {
  test('a line tells its time at its start, a line of JSON in a field', () => {
    const time = Date.UTC(2025, 10, 9, 14, 5, 1);
    expect(lineTime('2025-11-09T14:05:01Z ready')).toBe(time);
    expect(lineTime('[2025-11-09 14:05:01,000 +00:00] ready')).toBe(time);
    expect(lineTime('{"type":"user","timestamp":"2025-11-09T14:05:01.000Z"}')).toBe(time);
    for (const none of ['at 2025-11-09T14:05:01Z', '2025-11-09', '2025-99-99T99:99:99Z', '']) {
      expect(lineTime(none)).toBeNull();
    }
  });

  test('seekTime finds the first line at or after a time, wherever it lies, past lines that tell none', async () => {
    const at = (index: number): string => new Date(Date.UTC(2025, 0, 1, 0, 0, index)).toISOString();
    const lines = Array.from({ length: 500 }, (_, index) => `${index % 3 === 0 ? `${at(index)} ` : ''}line ${index}\n`);
    const log = encode(lines.join(''));
    const offsetOf = (index: number): number => encode(lines.slice(0, index).join('')).length;
    const source = { read: reader(log), total: log.length, pieceBytes: 200 };
    for (const wanted of [0, 3, 150, 297, 498]) {
      expect(await seekTime(source, Date.parse(at(wanted)))).toBe(offsetOf(wanted));
    }
    expect(await seekTime(source, Date.parse(at(100)))).toBe(offsetOf(102));
    expect(await seekTime(source, Date.parse(at(9999)))).toBe(offsetOf(498));
    const plain = encode('no time\n'.repeat(500));
    expect(await seekTime({ ...source, read: reader(plain), total: plain.length }, 0)).toBeNull();
  });

  test('a typed time is today’s unless it has a date', () => {
    const now = new Date(2025, 10, 9, 20, 0, 0).getTime();
    expect(askedTime(' 14:05 ', now)).toBe(new Date(2025, 10, 9, 14, 5, 0).getTime());
    expect(askedTime('2025-11-08 14:05:30', now)).toBe(new Date(2025, 10, 8, 14, 5, 30).getTime());
    for (const none of ['', '25:00', '14:60', 'soon', '2025-11-08']) expect(askedTime(none, now)).toBeNull();
  });

  test('the ruler names a second once, and keeps it over lines that tell none', () => {
    const log = encode('2025-11-09T14:05:01Z a\n2025-11-09T14:05:01Z b\nplain\n2025-11-09T14:05:02Z c\n');
    const { lines } = windowOn(pieceOf(log, 0, log.length), { maxLines: 10, maxBytes: 1000 });
    expect(lines.map((_, row) => rulerTime(lines, row)?.slice(3) ?? null)).toEqual(['05:01', null, null, '05:02']);
    expect(timeAt(lines, 2)).toBe(Date.UTC(2025, 10, 9, 14, 5, 1));
    expect([tellsTimes(lines), tellsTimes([])]).toEqual([true, false]);
  });
});
