import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { characterAt } from '../../../renderer/log/byte-places.ts';
import { entryPlace } from '../../../renderer/log/entry-place.ts';
import { findIn, markedOf, withoutEscapes } from '../../../renderer/log/search.ts';
import { transcriptOf } from '../../../renderer/log/transcript.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test('the place of a match is the byte it begins with, whatever characters and escapes stand before it', () => {
  const piece = fc.constantFrom('a', 'é', '€', '𝄞', '\u001b[31m', '\u001b[0m', 'hit', '\n', ' ');
  const text = fc.array(piece, { maxLength: 60 }).map((all) => all.join(''));
  fc.assert(
    fc.property(text, (all) => {
      const bytes = bytesOf(all);
      const { places } = findIn(bytes, 0, true, /hit/gu);
      expect(places).toHaveLength([...withoutEscapes(all).matchAll(/hit/gu)].length);
      for (const place of places) {
        expect(new TextDecoder().decode(bytes.subarray(place, place + 1))).toBe('h');
        expect(all[characterAt(all, place)]).toBe('h');
      }
    }),
  );
});

test('marks that are too many are those around the one that was gone to', () => {
  const ranges = Array.from({ length: 500 }, (_, at) => [at, at + 1] as const);
  expect([markedOf(ranges, 300)[0], markedOf(ranges, 300).length]).toEqual([[200, 201], 200]);
  expect(markedOf(ranges, -1)[0]).toEqual([0, 1]);
  expect(markedOf(ranges, 499).at(-1)).toEqual([499, 500]);
});

describe('in a transcript, a match', () => {
  const content = [
    { type: 'text', text: 'text: a hit' },
    { type: 'tool_use', id: 't', name: 'Bash', input: { command: 'hit' } },
    { type: 'text', text: 'none' },
  ];
  const text = JSON.stringify({ type: 'assistant', message: { content } });
  const lines = [
    { offset: 0, text: '{"type":"user","message":{"content":"first"}}', continued: false },
    { offset: 100, text: text.slice(0, 90), continued: false },
    { offset: 190, text: text.slice(90), continued: true },
  ];
  const entries = transcriptOf(lines);
  const placesOf = (pattern: RegExp) => [...text.matchAll(pattern)].map(({ index }) => 100 + index);

  test('is in the part of its line that shows it, from the first to the last', () => {
    expect(entries.map(({ kind }) => kind)).toEqual(['note', 'said', 'tool', 'said']);
    const found = placesOf(/hit/g).map((place) => entryPlace(entries, lines, place, /hit/g));
    // Of the tool's two, its title and its input, the second of the line's two matches leads to the first.
    expect(found).toEqual([
      { index: 1, nth: 0 },
      { index: 2, nth: 0 },
    ]);
  });

  test('that nothing shows leads to its line, and one before all of it nowhere', () => {
    expect(entryPlace(entries, lines, 120, /assistant/g)).toEqual({ index: 1, nth: null });
    expect(entryPlace(entries, lines, 120, null)).toEqual({ index: 1, nth: null });
    expect(entryPlace([], lines, 120, /hit/g)).toBeNull();
    for (const place of placesOf(/te/g)) expect(entryPlace(entries, lines, place, /te/g)?.nth).toBe(0);
  });
});
