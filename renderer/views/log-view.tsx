import { type CSSProperties, type ReactNode, useMemo, useState } from 'react';
import { Button } from '@fluentui/react-components';
import type { FollowPhase } from '../log/log-follower.ts';
import { lineNumbers, type LogWindow } from '../log/log-window.ts';
import { bytes, clockTime, counted } from '../selectors/format.ts';
import { rulerTime, tellsTimes, timeAt } from '../selectors/log-times.ts';
import type { TranscriptEntry } from '../log/transcript.ts';
import { EndlessList } from './endless-list.tsx';
import { LogLineView } from './log-line.tsx';
import { TranscriptRow } from './transcript-row.tsx';
import './log-view.css';

const lineHeightPx = 18;
/** Only for guessing the height of lines not yet drawn; drawn ones are measured. */
const characterWidthPx = 7.3;

interface LogViewProps {
  readonly label: string;
  readonly window: LogWindow;
  /** What to draw in place of lines; null: the lines. */
  readonly transcript: readonly TranscriptEntry[] | null;
  readonly phase: FollowPhase;
  readonly loadingEarlier: boolean;
  readonly loadingLater: boolean;
  /** What an empty log says. */
  readonly emptyText: string;
  /** The newest lines are on screen and stay there. */
  readonly atEnd: boolean;
  /** Lines that came since the view left the end. */
  readonly newLines: number;
  /** Long lines go on in the next row. */
  readonly wraps: boolean;
  /** What is looked for; null: nothing is. */
  readonly pattern: RegExp | null;
  /** The byte of the log that was gone to; null: none was. */
  readonly goneTo: number | null;
  /** Above the log. */
  readonly bar: ReactNode;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onLoadEarlier: () => void;
  readonly onLoadLater: () => void;
  readonly onToEnd: () => void;
}

/** A log that follows its end until the reader scrolls up, whatever its size. */
export function LogView(props: LogViewProps): ReactNode {
  const { window, transcript, phase, loadingEarlier, emptyText, atEnd, newLines, wraps, bar } = props;
  const { onLoadEarlier, onToEnd } = props;
  const isEmpty = window.lines.length === 0;
  return (
    <div className={`log${wraps ? '' : ' log-straight'}`}>
      {bar}
      {phase.status === 'troubled' && (
        <p className="log-bar log-trouble" role="status">
          The log cannot be read: {phase.failure.message} Trying again.
        </p>
      )}
      {window.start > 0 && (
        <p className="log-bar">
          {bytes(window.start)} of earlier output are not shown.
          <Button size="small" appearance="transparent" disabled={loadingEarlier} onClick={onLoadEarlier}>
            {loadingEarlier ? 'Loading …' : 'Load earlier'}
          </Button>
        </p>
      )}
      {isEmpty ? (
        <p className="log-empty">{emptyText}</p>
      ) : transcript === null ? (
        <LogLines {...props} />
      ) : (
        <Entries {...props} entries={transcript} />
      )}
      {!atEnd && window.end < window.total && (
        <p className="log-bar">
          {bytes(window.total - window.end)} of later output are not shown.
          <Button size="small" appearance="transparent" disabled={props.loadingLater} onClick={props.onLoadLater}>
            {props.loadingLater ? 'Loading …' : 'Load later'}
          </Button>
        </p>
      )}
      {!atEnd && !isEmpty && (
        <Button className="log-pill" size="small" shape="circular" appearance="primary" onClick={onToEnd}>
          {newLines === 0 ? 'To the end ↓' : `${counted(newLines, 'new line')} ↓`}
        </Button>
      )}
    </div>
  );
}

function LogLines({ label, window, atEnd, wraps, pattern, goneTo, onAtEnd, onToEnd }: LogViewProps): ReactNode {
  const { lines } = window;
  const numbers = useMemo(() => lineNumbers(window), [window]);
  const hasTimes = useMemo(() => tellsTimes(lines), [lines]);
  const [first, setFirst] = useState(0);
  // Always with its date: a ruler is read without knowing what day it is.
  const now = hasTimes ? timeAt(lines, first) : null;
  const digits = String(numbers.findLast((number) => number !== null) ?? '').length;
  const [columns, setColumns] = useState(100);
  const current = goneTo === null ? null : rowAt(lines, goneTo);
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
        count={lines.length}
        keyOf={(index) => lines[index]?.offset ?? index}
        heightOf={(index) =>
          (wraps ? Math.max(1, Math.ceil((lines[index]?.text.length ?? 0) / columns)) : 1) * lineHeightPx
        }
        atEnd={atEnd}
        goneTo={current}
        onAtEnd={onAtEnd}
        onToEnd={onToEnd}
        onWidth={(width) => setColumns(Math.max(20, Math.floor((width - 32) / characterWidthPx)))}
        row={(index, top, measure) => {
          const line = lines[index];
          return line === undefined ? null : (
            <LogLineView
              line={line}
              index={index}
              number={numbers[index] ?? null}
              time={hasTimes ? rulerTime(lines, index) : null}
              top={top}
              measure={measure}
              pattern={pattern}
              isCurrent={index === current}
            />
          );
        }}
      />
    </>
  );
}

/** The row that a byte of the log is in. */
function rowAt(lines: LogWindow['lines'], offset: number): number | null {
  const at = lines.findLastIndex((line) => line.offset <= offset);
  return at === -1 ? null : at;
}

function Entries(props: LogViewProps & { readonly entries: readonly TranscriptEntry[] }): ReactNode {
  const { label, entries, atEnd, pattern, goneTo, onAtEnd, onToEnd } = props;
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const current = goneTo === null ? -1 : entries.findLastIndex(({ offset }) => offset <= goneTo);
  return (
    <EndlessList
      label={label}
      className="transcript"
      count={entries.length}
      keyOf={(index) => entries[index]?.key ?? index}
      heightOf={() => 24}
      atEnd={atEnd}
      goneTo={current === -1 ? null : current}
      onAtEnd={onAtEnd}
      onToEnd={onToEnd}
      onWidth={() => undefined}
      row={(index, top, measure) => {
        const entry = entries[index];
        return entry === undefined ? null : (
          <TranscriptRow
            entry={entry}
            index={index}
            top={top}
            measure={measure}
            pattern={pattern}
            isCurrent={index === current}
            opened={opened.get(entry.key) ?? (index === current ? true : null)}
            onOpen={(open) => setOpened(new Map([...opened, [entry.key, open]]))}
          />
        );
      }}
    />
  );
}
