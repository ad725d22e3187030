import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRange } from '../../../main/api/range.ts';

const size = fc.integer({ min: 0, max: 40 });
const number = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(2 ** 53), fc.constant(10 ** 30));
/** Which bytes of a file of this size lie in the range, found by looking at each. */
const bytesIn = (total: number, holds: (index: number) => boolean): number[] =>
  Array.from({ length: total }, (_, index) => index).filter(holds);

function expectBytes(header: string, total: number, wanted: readonly number[]): void {
  const range = parseRange(header, total);
  if (wanted.length === 0) expect(range).toBe('unsatisfiable');
  else expect(range).toEqual({ start: wanted[0], end: wanted.at(-1) });
}

test('bytes=a-b is the bytes from a to b that there are; with b below a it is no range', () => {
  fc.assert(
    fc.property(size, number, number, (total, from, to) => {
      const header = `bytes=${BigInt(from)}-${BigInt(to)}`;
      if (to < from) expect(parseRange(header, total)).toBeNull();
      else
        expectBytes(
          header,
          total,
          bytesIn(total, (index) => index >= from && index <= to),
        );
    }),
    { numRuns: 1000 },
  );
});

test('bytes=a- is all from a on', () => {
  fc.assert(
    fc.property(size, number, (total, from) =>
      expectBytes(
        `bytes=${BigInt(from)}-`,
        total,
        bytesIn(total, (index) => index >= from),
      ),
    ),
  );
});

test('bytes=-n is the last n', () => {
  fc.assert(
    fc.property(size, number, (total, count) =>
      expectBytes(
        `bytes=-${BigInt(count)}`,
        total,
        bytesIn(total, (index) => index >= total - count),
      ),
    ),
  );
});

test.each([
  undefined,
  '',
  'bytes=-',
  'bytes=',
  'bytes',
  'bytes=1-2,4-5',
  'lines=1-2',
  'bytes=a-b',
  'bytes= 1-2',
  'bytes=1.5-2',
  'bytes=--1',
  'bytes=0x1-2',
  'Bytes=1-2 ',
])('%j is no range that is served', (header) => expect(parseRange(header, 10)).toBeNull());

test('whatever the header, the range lies in the file', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789-=,bytes '.split('')) }), size, (text, total) => {
      const range = parseRange(`bytes=${text}`, total);
      if (range === null || range === 'unsatisfiable') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.end).toBeGreaterThanOrEqual(range.start);
      expect(range.end).toBeLessThan(total);
    }),
    { numRuns: 1000 },
  );
});
