import { memo, type ReactNode } from 'react';
import { parseAnsi } from '../log/ansi.ts';
import { characterAt } from '../log/byte-places.ts';
import type { LogLine } from '../log/log-window.ts';
import { LogText } from './log-text.tsx';

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
  /** The byte of the log that was gone to, where it is in this line; otherwise null. */
  readonly goneTo: number | null;
}

/** One line of a log: text nodes only, whatever it says. */
export const LogLineView = memo(function LogLineView(props: LogLineProps): ReactNode {
  const { line, index, number, time, top, measure, pattern, goneTo } = props;
  return (
    <div
      ref={measure}
      data-index={index}
      data-number={number ?? ''}
      data-time={time ?? ''}
      className={[
        'log-line',
        line.continued ? 'log-continued' : '',
        levelOf(line.text),
        goneTo !== null ? 'log-current' : '',
      ]
        .filter((name) => name !== '')
        .join(' ')}
      style={{ transform: `translateY(${top}px)` }}
    >
      <LogText
        segments={parseAnsi(line.text, line.style).segments}
        pattern={pattern}
        place={goneTo === null ? null : placeIn(line, goneTo)}
      />
    </div>
  );
});

/** Where in the text as it is shown a byte of the log is. */
function placeIn(line: LogLine, byte: number): number {
  const before = line.text.slice(0, characterAt(line.text, byte - line.offset));
  return parseAnsi(before, line.style).segments.reduce((sum, { text }) => sum + text.length, 0);
}

/** A tint for what a person looks for first. */
function levelOf(text: string): string {
  const head = text.slice(0, 200);
  if (/\b(?:ERROR|FATAL|CRITICAL|Error:|Traceback)/.test(head)) return 'log-error';
  return /\b(?:WARN|WARNING)\b/.test(head) ? 'log-warn' : '';
}
