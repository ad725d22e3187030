/** Which of the things told of one line of a transcript a match in the line is in. */
import type { RawLine } from './log-lines.ts';
import { characterAt } from './byte-places.ts';
import { rangesIn } from './search.ts';
import type { TranscriptEntry } from './transcript.ts';

export interface EntryPlace {
  /** Of the entry. */
  readonly index: number;
  /** Which match of the entry, its title before its body; null: it shows none. */
  readonly nth: number | null;
}

/**
 * null: nothing is told of what lies there. A line is told in other words than its own: its names of fields are left out, and
 * what a call is about stands in the title, too. So its matches and those that are shown are paired from the first to the last.
 */
export function entryPlace(
  entries: readonly TranscriptEntry[],
  lines: readonly RawLine[],
  place: number,
  pattern: RegExp | null,
): EntryPlace | null {
  const last = entries.findLastIndex(({ offset }) => offset <= place);
  const offset = entries[last]?.offset;
  if (offset === undefined) return null;
  const first = entries.findIndex((entry) => entry.offset === offset);
  if (pattern === null) return { index: first, nth: null };
  const shown = entries.slice(first, last + 1).map(({ title, body }) => {
    return rangesIn(title, pattern).length + (body === null ? 0 : rangesIn(body, pattern).length);
  });
  const all = shown.reduce((sum, count) => sum + count, 0);
  if (all === 0) return { index: first, nth: null };
  const text = lineFrom(lines, offset);
  const written = rangesIn(text, pattern);
  const at = characterAt(text, place - offset);
  const before = written.filter(([, to]) => to <= at).length;
  let nth = Math.min(all - 1, Math.floor((before * all) / Math.max(1, written.length)));
  const within = shown.findIndex((count) => (nth < count ? true : ((nth -= count), false)));
  return { index: first + within, nth };
}

/** The whole line, which goes on over several rows where it is long. */
function lineFrom(lines: readonly RawLine[], offset: number): string {
  const from = lines.findIndex((line) => line.offset === offset);
  if (from === -1) return '';
  let to = from + 1;
  while (lines[to]?.continued === true) to += 1;
  return lines
    .slice(from, to)
    .map(({ text }) => text)
    .join('');
}
