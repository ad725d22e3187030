import type { CSSProperties, ReactNode } from 'react';
import type { Segment } from '../log/ansi.ts';
import { hex, legible } from '../log/legible.ts';
import { markedOf, type Range, rangesIn } from '../log/search.ts';

interface LogTextProps {
  readonly segments: readonly Segment[];
  /** What is looked for, to be marked; null: nothing is. */
  readonly pattern: RegExp | null;
  /** Where in the text the match that was gone to begins; null: it is elsewhere. */
  readonly place: number | null;
}

/** Runs of text in their colours, with what is looked for marked: text nodes only, whatever they say. */
export function LogText({ segments, pattern, place }: LogTextProps): ReactNode {
  return markedSegments(segments, pattern, place).map((segment, at) =>
    segment.classes === '' ? (
      segment.text
    ) : (
      <span key={at} className={segment.classes} {...styleOf(segment)}>
        {segment.text}
      </span>
    ),
  );
}

/** Set through the CSSOM, which the page's policy allows; the style sheet says which of them counts. */
function styleOf({ colours }: Segment): { readonly style?: CSSProperties } {
  if (colours === undefined) return {};
  const { foreground, background } = colours;
  const text =
    foreground === null
      ? {}
      : {
          '--ansi-light': legible(foreground, 'light', background),
          '--ansi-dark': legible(foreground, 'dark', background),
        };
  return { style: { ...text, ...(background === null ? {} : { '--ansi-bg': hex(background) }) } as CSSProperties };
}

/** The same runs of text, cut where a match begins and ends. The one that `place` is in is the one that was gone to. */
function markedSegments(
  segments: readonly Segment[],
  pattern: RegExp | null,
  place: number | null,
): readonly Segment[] {
  if (pattern === null) return place === null ? segments : withAnchor(segments, place);
  const all = rangesIn(segments.map(({ text }) => text).join(''), pattern);
  const at = place === null ? -1 : all.findIndex(([from, to]) => from <= place && place < to);
  // It goes on in the next row, or reads otherwise than it was written.
  const pieces = place !== null && at === -1 ? withAnchor(segments, place) : segments;
  return all.length === 0 ? pieces : cutAt(pieces, markedOf(all, at), all[at]);
}

function cutAt(segments: readonly Segment[], ranges: readonly Range[], gone: Range | undefined): readonly Segment[] {
  const cut: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    const { text, classes } = segment;
    if (text === '') cut.push(segment);
    let from = 0;
    while (from < text.length) {
      const range = ranges.find(([, to]) => to > at + from);
      const isIn = range !== undefined && range[0] <= at + from;
      const end = range === undefined ? text.length : Math.min(text.length, (isIn ? range[1] : range[0]) - at);
      const mark = isIn ? (range === gone ? ' log-match log-gone-to' : ' log-match') : '';
      cut.push({ ...segment, text: text.slice(from, end), classes: `${classes}${mark}` });
      from = end;
    }
    at += text.length;
  }
  return cut;
}

/** Where nothing is marked, the place itself can be brought into view. */
function withAnchor(segments: readonly Segment[], place: number): readonly Segment[] {
  const cut: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    const from = place - at;
    at += segment.text.length;
    if (from < 0 || from >= segment.text.length) cut.push(segment);
    else {
      const before = { ...segment, text: segment.text.slice(0, from) };
      cut.push(before, { text: '', classes: 'log-anchor' }, { ...segment, text: segment.text.slice(from) });
    }
  }
  return cut;
}
