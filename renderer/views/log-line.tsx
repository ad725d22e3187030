import { memo, type ReactNode } from 'react';
import { parseAnsi, type Segment } from '../log/ansi.ts';
import { rangesIn } from '../log/search.ts';
import type { LogLine } from '../log/log-window.ts';

interface LogLineProps {
  readonly line: LogLine;
  readonly index: number;
  /** null: it has none, or none is known. */
  readonly number: number | null;
  /** Time of day for the ruler; null: the same as above, or none. */
  readonly time: string | null;
  /** Distance from the first line in pixels. */
  readonly top: number;
  /** Told of the element, to learn its height. */
  readonly measure: (element: HTMLElement | null) => void;
  /** What is looked for, to be marked; null: nothing is. */
  readonly pattern: RegExp | null;
  /** The match that was gone to is in this line. */
  readonly isCurrent: boolean;
}

/** One line of a log: text nodes only, whatever it says. */
export const LogLineView = memo(function LogLineView(props: LogLineProps): ReactNode {
  const { line, index, number, time, top, measure, pattern, isCurrent } = props;
  const segments = markedSegments(parseAnsi(line.text, line.style).segments, pattern);
  return (
    <div
      ref={measure}
      data-index={index}
      data-number={number ?? ''}
      data-time={time ?? ''}
      className={['log-line', line.continued ? 'log-continued' : '', levelOf(line.text), isCurrent ? 'log-current' : '']
        .filter((name) => name !== '')
        .join(' ')}
      style={{ transform: `translateY(${top}px)` }}
    >
      {segments.map(({ text, classes }, at) =>
        classes === '' ? (
          text
        ) : (
          <span key={at} className={classes}>
            {text}
          </span>
        ),
      )}
    </div>
  );
});

/** A tint for what a person looks for first. */
function levelOf(text: string): string {
  const head = text.slice(0, 200);
  if (/\b(?:ERROR|FATAL|CRITICAL|Error:|Traceback)/.test(head)) return 'log-error';
  return /\b(?:WARN|WARNING)\b/.test(head) ? 'log-warn' : '';
}

/** The same runs of text, cut where a match begins and ends. */
function markedSegments(segments: readonly Segment[], pattern: RegExp | null): readonly Segment[] {
  if (pattern === null) return segments;
  const ranges = rangesIn(segments.map(({ text }) => text).join(''), pattern);
  if (ranges.length === 0) return segments;
  const cut: Segment[] = [];
  let at = 0;
  for (const { text, classes } of segments) {
    let from = 0;
    while (from < text.length) {
      const range = ranges.find(([, to]) => to > at + from);
      const isIn = range !== undefined && range[0] <= at + from;
      const end = range === undefined ? text.length : Math.min(text.length, (isIn ? range[1] : range[0]) - at);
      cut.push({ text: text.slice(from, end), classes: isIn ? `${classes} log-match` : classes });
      from = end;
    }
    at += text.length;
  }
  return cut;
}
