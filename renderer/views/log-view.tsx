import { type ReactNode, useMemo, useState } from 'react';
import { Button } from '@fluentui/react-components';
import { bytes, counted } from '../selectors/format.ts';
import { entryPlace } from '../log/entry-place.ts';
import type { TranscriptEntry } from '../log/transcript.ts';
import { EndlessList } from './endless-list.tsx';
import { LogLines } from './log-lines.tsx';
import type { LogViewProps } from './log-view-props.ts';
import { TranscriptRow } from './transcript-row.tsx';
import { useLast } from './use-last.ts';
import './log-view.css';

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

/** Opened or closed by the reader, after so many places were gone to. */
interface Chosen {
  readonly open: boolean;
  readonly asked: number;
}

function Entries(props: LogViewProps & { readonly entries: readonly TranscriptEntry[] }): ReactNode {
  const { label, window, entries, atEnd, pattern, goneTo, asked, onAtEnd, onToEnd } = props;
  const [opened, setOpened] = useState<ReadonlyMap<string, Chosen>>(new Map());
  const { lines, start, end } = window;
  const place = useMemo(
    () => (goneTo === null || goneTo < start || goneTo >= end ? null : entryPlace(entries, lines, goneTo, pattern)),
    [entries, lines, start, end, goneTo, pattern],
  );
  const current = place?.index ?? null;
  const shownKey = useLast(current === null ? null : (entries[current]?.key ?? null));
  // What was closed opens again when something in it is gone to.
  const isOpen = ({ key }: TranscriptEntry): boolean | null => {
    const chosen = opened.get(key);
    if (key === shownKey) return chosen?.asked === asked ? chosen.open : true;
    return chosen?.open ?? null;
  };
  return (
    <EndlessList
      label={label}
      className="transcript"
      count={entries.length}
      keyOf={(index) => entries[index]?.key ?? index}
      heightOf={() => 24}
      atEnd={atEnd}
      goneTo={current}
      place={goneTo}
      asked={asked}
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
            nth={index === current ? (place?.nth ?? null) : null}
            opened={isOpen(entry)}
            onOpen={(open) => setOpened(new Map([...opened, [entry.key, { open, asked }]]))}
          />
        );
      }}
    />
  );
}
