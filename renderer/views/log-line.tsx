import { memo, type ReactNode } from 'react';
import { parseAnsi } from '../log/ansi.ts';
import type { LogLine } from '../log/log-window.ts';

interface LogLineProps {
  readonly line: LogLine;
  readonly index: number;
  /** Distance from the first line in pixels. */
  readonly top: number;
  /** Told of the element, to learn its height. */
  readonly measure: (element: HTMLElement | null) => void;
}

/** One line of a log: text nodes only, whatever it says. */
export const LogLineView = memo(function LogLineView({ line, index, top, measure }: LogLineProps): ReactNode {
  const { segments } = parseAnsi(line.text, line.style);
  return (
    <div
      ref={measure}
      data-index={index}
      className={line.continued ? 'log-line log-continued' : 'log-line'}
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
