/** Very long lines fold in the middle: a line of megabytes must not stand between its reader and the next one. */
import type { LogLine } from './log-window.ts';

/** A line of up to this many rows (32 KB) stays whole. */
const mostRows = 8;
/** What is shown of a longer one: its beginning, and its end, which may be what is written now. */
const rowsAtStart = 3;
const rowsAtEnd = 2;

export type LogRow =
  /** Number of the line in the window. */
  | { readonly is: 'line'; readonly at: number }
  /** Lines from `at` on that are folded away: `bytes` of one line of the log. `of`: the byte that the line begins with. */
  | { readonly is: 'fold'; readonly at: number; readonly bytes: number; readonly of: number };

/**
 * null: nothing is folded, and each line is a row. `opened` are the lines that were unfolded, by the byte they begin with; the one
 * that `shown` (a line of the window) is in is not folded either.
 */
export function foldedRows(
  lines: readonly LogLine[],
  opened: ReadonlySet<number>,
  shown: number | null,
): readonly LogRow[] | null {
  const rows: LogRow[] = [];
  let folds = 0;
  for (let from = 0; from < lines.length;) {
    let to = from + 1;
    while (lines[to]?.continued === true) to += 1;
    const of = lines[from]?.offset ?? 0;
    const [foldFrom, foldTo] = [from + rowsAtStart, to - rowsAtEnd];
    const isShown = shown !== null && shown >= foldFrom && shown < foldTo;
    if (to - from <= mostRows || opened.has(of) || isShown) {
      for (let at = from; at < to; at++) rows.push({ is: 'line', at });
    } else {
      folds += 1;
      for (let at = from; at < foldFrom; at++) rows.push({ is: 'line', at });
      rows.push({ is: 'fold', at: foldFrom, bytes: (lines[foldTo]?.offset ?? 0) - (lines[foldFrom]?.offset ?? 0), of });
      for (let at = foldTo; at < to; at++) rows.push({ is: 'line', at });
    }
    from = to;
  }
  return folds === 0 ? null : rows;
}
