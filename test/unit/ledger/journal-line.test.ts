import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLine, encodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import { anyEvents } from '../protocol/any-events.ts';
import { acceptance } from './some-events.ts';

const lineOf = (text: string): string => text.slice(0, -1);

test('every event comes back from its line as it was, and the line is one line', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      for (const event of events) {
        const text = encodeLine(event);
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(decodeLine(lineOf(text))).toEqual(event);
      }
    }),
    { numRuns: 30 },
  );
});

test('every single flipped bit is noticed', () => {
  const bytes = Buffer.from(lineOf(encodeLine({ seq: 41, event: acceptance(7) })), 'utf8');
  expect(decodeLine(bytes.toString('utf8'))).not.toBeNull();
  const unnoticed: string[] = [];
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    if (decodeLine(flipped.toString('utf8')) !== null) unnoticed.push(`bit ${bit & 7} of byte ${bit >> 3}`);
  }
  expect(unnoticed).toEqual([]);
});

test.each(['', 'v1', 'v2 1 00000000 {}', '\0\0\0\0', '{"type":"coordinator_stopped"}', 'v1 1 ffffffff {"a":1}'])(
  '%j is no record',
  (line) => expect(decodeLine(line)).toBeNull(),
);

test('the number belongs to the record: another one in its place is noticed', () => {
  const line = lineOf(encodeLine({ seq: 12, event: acceptance(1) }));
  expect(decodeLine(line.replace('v1 12 ', 'v1 13 '))).toBeNull();
  expect(decodeLine(line.replace('v1 12 ', 'v1 012 '))).toEqual(decodeLine(line));
});
