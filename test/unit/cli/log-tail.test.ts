import { describe, expect, it } from 'vitest';
import { emptyPiece } from '../../../clients/typescript/log-range.ts';
import { type Read, readTail } from '../../../main/cli/log-tail.ts';

/** Reads an in-memory log as the coordinator serves one, and counts the reads. */
function logOf(text: string) {
  const all = new TextEncoder().encode(text);
  const counted = { reads: 0 };
  const read: Read = ({ start = 0, end = all.length, lastBytes }) => {
    counted.reads++;
    const from = lastBytes === undefined ? start : Math.max(0, all.length - lastBytes);
    const to = Math.min(end, all.length);
    const piece = { bytes: all.slice(from, to), start: from, end: to, total: all.length };
    return Promise.resolve({ ok: true, value: from >= to ? emptyPiece(all.length, all.length) : piece });
  };
  return { read, counted };
}

async function tail(text: string, lines: number): Promise<string> {
  const { read } = logOf(text);
  const piece = await readTail(read, lines);
  if (!piece.ok) throw new Error(piece.failure.message);
  const shown = new TextDecoder().decode(piece.value.bytes);
  expect(piece.value.start + piece.value.bytes.length).toBe(new TextEncoder().encode(text).length);
  return shown;
}

describe('the last lines of a log', () => {
  it.each([
    ['', 5, ''],
    ['a\nb\nc\n', 2, 'b\nc\n'],
    ['a\nb\nc', 2, 'b\nc'],
    ['a\nb\n', 2, 'a\nb\n'],
    ['a\nb\n', 9, 'a\nb\n'],
    ['a\n\n\n', 2, '\n\n'],
    ['a\nb\n', 0, ''],
  ])('of %j, %i are %j', async (text, lines, expected) => {
    expect(await tail(text, lines)).toBe(expected);
  });

  it('reaches back over as many pieces as it needs, and no further', async () => {
    const line = `${'x'.repeat(9_999)}\n`;
    const text = line.repeat(300);
    expect(await tail(text, 50)).toBe(line.repeat(50));
    const { read, counted } = logOf(text);
    await readTail(read, 3);
    expect(counted.reads).toBe(1);
  });
});
