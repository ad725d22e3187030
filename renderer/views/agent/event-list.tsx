import { type ReactNode, useState } from 'react';
import { Button } from '@fluentui/react-components';
import type { EventLine } from '../../selectors/event-words.ts';
import { clockTime } from '../../selectors/format.ts';
import './event-list.css';

interface EventListProps {
  /** Newest first. */
  readonly lines: readonly EventLine[];
  readonly now: number;
  /** null: all there are. */
  readonly onMore: (() => void) | null;
  /** What lies before the oldest is kept no longer. */
  readonly isCut: boolean;
}

/** What the journal says of an agent, newest first. */
export function EventList({ lines, now, onMore, isCut }: EventListProps): ReactNode {
  return (
    <div className="events">
      <ol aria-label="Events, newest first">
        {lines.map((line) => (
          <Line key={line.seq} line={line} now={now} />
        ))}
      </ol>
      {onMore !== null && (
        <Button size="small" onClick={onMore}>
          Earlier events
        </Button>
      )}
      {isCut && <p className="events-cut">What was before this is kept no longer.</p>}
    </div>
  );
}

function Line({ line, now }: { readonly line: EventLine; readonly now: number }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <li>
      <time dateTime={line.at} title={line.at}>
        {clockTime(line.at, now)}
      </time>
      <span className="events-words">
        <bdi>{line.words}</bdi>
        {isOpen && <pre className="mono">{line.json}</pre>}
      </span>
      <Button
        size="small"
        appearance="transparent"
        className="events-raw"
        aria-expanded={isOpen}
        aria-label={`Event ${line.seq} as JSON`}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? 'Hide' : `#${line.seq}`}
      </Button>
    </li>
  );
}
