import { type CSSProperties, type ReactNode, useMemo, useState } from 'react';
import { Button } from '@fluentui/react-components';
import { foldedRows, type LogRow } from '../log/folded-rows.ts';
import { lineNumbers, type LogWindow } from '../log/log-window.ts';
import { bytes, clockTime } from '../selectors/format.ts';
import { rulerTime, tellsTimes, timeAt } from '../selectors/log-times.ts';
import { EndlessList } from './endless-list.tsx';
import { LogLineView } from './log-line.tsx';
import type { LogViewProps } from './log-view-props.ts';
import { useLast } from './use-last.ts';

const lineHeightPx = 18;
/** Only for guessing the height of lines not yet drawn; drawn ones are measured. */
const characterWidthPx = 7.3;

/** The lines of a log as they were written. */
export function LogLines(props: LogViewProps): ReactNode {
  const { label, window, atEnd, wraps, pattern, goneTo, asked, onAtEnd, onToEnd } = props;
  const { lines } = window;
  const numbers = useMemo(() => lineNumbers(window), [window]);
  const hasTimes = useMemo(() => tellsTimes(lines), [lines]);
  const [first, setFirst] = useState(0);
  const [columns, setColumns] = useState(100);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const current = lineAt(window, goneTo);
  const shown = lineAt(window, useLast(goneTo));
  const rows = useMemo(() => foldedRows(lines, opened, shown), [lines, opened, shown]);
  const rowAt = (index: number): LogRow => rows?.[index] ?? { is: 'line', at: index };
  // Always with its date: a ruler is read without knowing what day it is.
  const now = hasTimes ? timeAt(lines, rowAt(first).at) : null;
  const digits = String(numbers.findLast((number) => number !== null) ?? '').length;
  const heightOf = (row: LogRow): number =>
    lineHeightPx *
    (wraps && row.is === 'line' ? Math.max(1, Math.ceil((lines[row.at]?.text.length ?? 0) / columns)) : 1);
  return (
    <>
      {now !== null && (
        <p className="log-now" title={new Date(now).toLocaleString()}>
          {clockTime(new Date(now).toISOString(), 0)}
        </p>
      )}
      <EndlessList
        label={label}
        className={`mono${hasTimes ? ' log-timed' : ''}`}
        style={{ '--log-digits': Math.max(digits, 2) } as CSSProperties}
        onFirst={setFirst}
        count={rows?.length ?? lines.length}
        keyOf={(index) => lines[rowAt(index).at]?.offset ?? index}
        heightOf={(index) => heightOf(rowAt(index))}
        atEnd={atEnd}
        goneTo={current === null ? null : (rows?.findIndex(({ is, at }) => is === 'line' && at === current) ?? current)}
        place={goneTo}
        asked={asked}
        onAtEnd={onAtEnd}
        onToEnd={onToEnd}
        onWidth={(width) => setColumns(Math.max(20, Math.floor((width - 32) / characterWidthPx)))}
        row={(index, top, measure) => {
          const row = rowAt(index);
          const line = lines[row.at];
          if (line === undefined) return null;
          if (row.is === 'fold') {
            return (
              <div ref={measure} data-index={index} className="log-line" style={{ transform: `translateY(${top}px)` }}>
                <Button
                  size="small"
                  appearance="transparent"
                  className="log-fold"
                  onClick={() => setOpened(new Set([...opened, row.of]))}
                >
                  … {bytes(row.bytes)} more in this line
                </Button>
              </div>
            );
          }
          return (
            <LogLineView
              line={line}
              index={index}
              number={numbers[row.at] ?? null}
              time={hasTimes ? rulerTime(lines, row.at) : null}
              top={top}
              measure={measure}
              pattern={pattern}
              goneTo={row.at === current ? goneTo : null}
            />
          );
        }}
      />
    </>
  );
}

/** The line that a byte of the log is in; null: it is not held. */
function lineAt({ lines, start, end }: LogWindow, offset: number | null): number | null {
  if (offset === null || offset < start || offset >= end) return null;
  const at = lines.findLastIndex((line) => line.offset <= offset);
  return at === -1 ? null : at;
}
