import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wholeCharacters } from '../../../main/mcp/log-text.ts';

const piece = (log: Uint8Array, start: number, end: number) =>
  wholeCharacters({ bytes: log.subarray(start, end), start, end, total: log.length });

describe('a piece of a log', () => {
  test('leaves a character that was cut to the piece where it is whole', () => {
    const log = new TextEncoder().encode('añb€c😀d');
    expect(piece(log, 0, 2)).toEqual({ text: 'a', start: 0, end: 1 });
    expect(piece(log, 1, 3)).toEqual({ text: 'ñ', start: 1, end: 3 });
    expect(piece(log, 5, 8)).toEqual({ text: 'c', start: 7, end: 8 });
    expect(piece(log, 0, log.length)).toEqual({ text: 'añb€c😀d', start: 0, end: log.length });
  });

  test('gets on over bytes that are no text', () => {
    const log = Uint8Array.from([0x80, 0x80, 0x80, 0x80, 0xff, 0xe2]);
    for (let at = 0; at < log.length; at += 1) expect(piece(log, at, at + 1).end).toBe(at + 1);
  });

  test('read on from each end, the pieces are the whole log', () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 4, max: 9 }), (text, size) => {
        const log = new TextEncoder().encode(text);
        const read: string[] = [];
        for (let at = 0; at < log.length;) {
          const { text: part, end } = piece(log, at, Math.min(log.length, at + size));
          read.push(part);
          expect(end).toBeGreaterThan(at);
          at = end;
        }
        expect(read.join('')).toBe(new TextDecoder().decode(log));
      }),
    );
  });
});
