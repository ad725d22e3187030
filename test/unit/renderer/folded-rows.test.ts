import { expect, test } from 'vitest';
import { foldedRows, type LogRow } from '../../../renderer/log/folded-rows.ts';
import { findIn, patternOf } from '../../../renderer/log/search.ts';
import { defaultBounds, windowOn } from '../../../renderer/log/log-window.ts';

const bytes = new TextEncoder().encode(`first\n${'x'.repeat(100_000)}\nlast\n`);
const { lines } = windowOn({ bytes, start: 0, end: bytes.length, total: bytes.length }, defaultBounds);
const shape = (rows: readonly LogRow[] | null): string =>
  rows?.map((row) => (row.is === 'fold' ? `(${row.bytes})` : String(row.at))).join(' ') ?? 'none';

test('a line of many rows folds in its middle, and says how much of it is folded away', () => {
  // 25 rows of 4096 bytes, the last one shorter, between two lines.
  expect(lines).toHaveLength(27);
  expect(shape(foldedRows(lines, new Set(), null))).toBe(`0 1 2 3 (${20 * 4096}) 24 25 26`);
  expect(foldedRows(lines.slice(0, 9), new Set(), null)).toBeNull();
});

test('it does not once it was unfolded, or while something in it is gone to', () => {
  expect(foldedRows(lines, new Set([6]), null)).toBeNull();
  expect(foldedRows(lines, new Set(), 10)).toBeNull();
  for (const shown of [0, 2, 25, 26]) expect(shape(foldedRows(lines, new Set(), shown))).toContain('(');
});

test('the lines with a match are told, each once and as it is seen', () => {
  const text = new TextEncoder().encode('a fox\r\n\u001b[31mfox\u001b[0m and fox\nnone\nfox');
  const pattern = patternOf({ text: 'fox', isPattern: false, isCaseKept: false });
  if (!(pattern instanceof RegExp)) throw new Error('no pattern');
  expect(findIn(text, 0, true, pattern).lines).toEqual(['a fox', 'fox and fox', 'fox']);
});
