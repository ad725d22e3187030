import type { ReactNode } from 'react';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right';
import { markedOf, rangesIn } from '../log/search.ts';
import type { TranscriptEntry } from '../log/transcript.ts';
import { visibleLines } from '../selectors/visible-text.ts';
import './transcript-row.css';

/** A result of at most so many lines is open from the beginning, and a longer one shows so many. */
const shownLines = 10;
/** More of one entry would make a row of the screen too large. */
const mostShown = 100_000;

interface TranscriptRowProps {
  readonly entry: TranscriptEntry;
  readonly index: number;
  readonly top: number;
  readonly measure: (element: HTMLElement | null) => void;
  readonly pattern: RegExp | null;
  readonly isCurrent: boolean;
  /** Which of its matches was gone to, the title's before the body's; null: none. */
  readonly nth: number | null;
  /** As the reader chose; null: nothing was chosen. */
  readonly opened: boolean | null;
  readonly onOpen: (open: boolean) => void;
}

const words: Readonly<Record<TranscriptEntry['kind'], string>> = {
  said: 'Said',
  thought: 'Thought',
  tool: 'Tool call',
  result: 'Tool result',
  usage: 'Usage',
  problem: 'Problem',
  note: 'Note',
  raw: 'Line',
};

/** One thing that was said or done. */
export function TranscriptRow(props: TranscriptRowProps): ReactNode {
  const { entry, index, top, measure, pattern, isCurrent, nth, opened, onOpen } = props;
  const { kind, title, body, isError } = entry;
  const lines = body === null ? 0 : body.split('\n').length;
  const isOpen = opened ?? (kind === 'result' && lines <= shownLines);
  const shown =
    body === null ? null : isOpen ? body : kind === 'result' ? body.split('\n').slice(0, shownLines).join('\n') : null;
  const classes = [
    'transcript-row',
    `transcript-${kind}`,
    isError ? 'transcript-error' : '',
    isCurrent ? 'log-current' : '',
  ];
  const inTitle = nth === null || pattern === null ? 0 : rangesIn(title, pattern).length;
  const nthOfBody = nth === null || nth < inTitle ? null : nth - inTitle;
  const canFold = body !== null && body !== '' && (kind !== 'result' || lines > shownLines);
  return (
    <div
      ref={measure}
      data-index={index}
      className={classes.filter((name) => name !== '').join(' ')}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span className="unseen">{words[kind]}: </span>
      {canFold ? (
        <button type="button" className="transcript-fold" aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
          {isOpen ? <ChevronDownRegular /> : <ChevronRightRegular />}
          <Marked text={title} pattern={pattern} nth={nth} />
          {kind === 'result' && !isOpen && <span className="transcript-more">{lines - shownLines} lines more</span>}
        </button>
      ) : (
        <span className="transcript-title">
          <Marked text={title} pattern={pattern} nth={nth} />
        </span>
      )}
      {shown !== null && shown !== '' && (
        <pre className="mono">
          <Marked text={shown} pattern={pattern} nth={nthOfBody} />
        </pre>
      )}
    </div>
  );
}

interface MarkedProps {
  readonly text: string;
  readonly pattern: RegExp | null;
  /** Which match was gone to; null, or past the last: none here. */
  readonly nth: number | null;
}

function Marked({ text, pattern, nth }: MarkedProps): ReactNode {
  const seen = visibleLines(
    text.length > mostShown ? `${text.slice(0, mostShown)} … cut here: read the rest in the raw log` : text,
  );
  const ranges = pattern === null ? [] : rangesIn(seen, pattern);
  if (ranges.length === 0) return seen;
  const gone = nth === null ? undefined : ranges[nth];
  const parts: ReactNode[] = [];
  let at = 0;
  for (const range of markedOf(ranges, nth ?? 0)) {
    const [from, to] = range;
    parts.push(
      seen.slice(at, from),
      <mark key={from} className={range === gone ? 'log-match log-gone-to' : 'log-match'}>
        {seen.slice(from, to)}
      </mark>,
    );
    at = to;
  }
  return [...parts, seen.slice(at)];
}
