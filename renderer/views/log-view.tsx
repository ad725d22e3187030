import { type ReactNode, useEffect, useRef, useState } from 'react';
import { Button } from '@fluentui/react-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { FollowPhase } from '../log/log-follower.ts';
import type { LogWindow } from '../log/log-window.ts';
import { bytes, counted } from '../selectors/format.ts';
import { LogLineView } from './log-line.tsx';
import './log-view.css';

const lineHeightPx = 18;
/** Only for guessing the height of lines not yet drawn; drawn ones are measured. */
const characterWidthPx = 7.3;
/** Closer to the end than this counts as being there. */
const endThresholdPx = 24;

interface LogViewProps {
  readonly label: string;
  readonly window: LogWindow;
  readonly phase: FollowPhase;
  readonly loadingEarlier: boolean;
  /** What an empty log says. */
  readonly emptyText: string;
  /** The newest lines are on screen and stay there. */
  readonly atEnd: boolean;
  /** Lines that came since the view left the end. */
  readonly newLines: number;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onLoadEarlier: () => void;
  readonly onToEnd: () => void;
}

/** A log that follows its end until the reader scrolls up, whatever its size. */
export function LogView(props: LogViewProps): ReactNode {
  const { window, phase, loadingEarlier, emptyText, atEnd, newLines, onLoadEarlier, onToEnd } = props;
  return (
    <div className="log">
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
      {window.lines.length === 0 ? <p className="log-empty">{emptyText}</p> : <LogLines {...props} />}
      {!atEnd && (
        <Button className="log-pill" size="small" shape="circular" appearance="primary" onClick={onToEnd}>
          {newLines === 0 ? 'To the end ↓' : `${counted(newLines, 'new line')} ↓`}
        </Button>
      )}
    </div>
  );
}

function LogLines({ label, window: { lines }, atEnd, onAtEnd, onToEnd }: LogViewProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const [columns, setColumns] = useState(100);
  const lastTop = useRef(0);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => Math.max(1, Math.ceil((lines[index]?.text.length ?? 0) / columns)) * lineHeightPx,
    getItemKey: (index) => lines[index]?.offset ?? index,
    overscan: 20,
    anchorTo: 'end',
    scrollEndThreshold: endThresholdPx,
  });
  const lastOffset = lines.at(-1)?.offset;
  useEffect(() => {
    if (atEnd) virtual.scrollToEnd();
  }, [virtual, atEnd, lastOffset, lines]);

  const onScroll = (): void => {
    const element = scroller.current;
    if (element === null) return;
    setColumns(Math.max(20, Math.floor((element.clientWidth - 32) / characterWidthPx)));
    const { scrollTop } = element;
    const nearEnd = element.scrollHeight - scrollTop - element.clientHeight < endThresholdPx;
    // Only a move upward leaves the end: lines that turn out taller than guessed move it too.
    if (nearEnd) onAtEnd(true);
    else if (scrollTop < lastTop.current) onAtEnd(false);
    lastTop.current = scrollTop;
  };

  return (
    <div
      ref={scroller}
      className="log-lines mono"
      tabIndex={0}
      role="region"
      aria-label={label}
      onScroll={onScroll}
      onKeyDown={(event) => event.key === 'End' && onToEnd()}
    >
      <div className="log-content" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const line = lines[index];
          if (line === undefined) return null;
          return (
            <LogLineView key={String(key)} line={line} index={index} top={start} measure={virtual.measureElement} />
          );
        })}
      </div>
    </div>
  );
}
