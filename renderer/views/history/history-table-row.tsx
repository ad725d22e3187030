import { memo, type ReactNode } from 'react';
import { clockTime, count, dollars, duration, megabytes, percent, short } from '../../selectors/format.ts';
import type { HistoryRow } from '../../selectors/history/rows.ts';
import { statusText } from '../../selectors/row-cells.ts';
import { type Verdict, verdictWords } from '../../selectors/report-list.ts';
import { StatusText } from '../status-text.tsx';

interface HistoryTableRowProps {
  readonly row: HistoryRow;
  readonly index: number;
  readonly top: number;
  readonly now: number;
}

/** Made once: rows by the hundred ask for it while somebody scrolls. */
const exactTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Whole sentences are in the title. */
const shortVerdicts: Readonly<Record<Verdict, string>> = {
  missing: 'missing',
  problems: 'problems',
  unproven: 'unproven',
  due: 'due',
  good: 'good',
  unasked: 'in, unasked',
};

const verdictTone: ReadonlySet<string> = new Set(['missing', 'problems', 'unproven']);

/** One agent in a line. What is unknown, or never was, is left out. */
export const HistoryTableRow = memo(function HistoryTableRow({
  row,
  index,
  top,
  now,
}: HistoryTableRowProps): ReactNode {
  const { id, type, title, words, verdict, endedIso } = row;
  const reason = statusText(words);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      data-agent={id}
      className="history-row"
      style={{ transform: `translateY(${top}px)` }}
    >
      <span
        role="cell"
        className="history-ended"
        title={endedIso === null ? undefined : exactTime.format(new Date(endedIso))}
      >
        {endedIso === null ? '' : clockTime(endedIso, now)}
      </span>
      <span role="cell" className="history-agent">
        {/* Its area is the whole row. */}
        <a href={`#/agents/${encodeURIComponent(id)}`} title={id}>
          <span className="history-type">{type}</span>
          {title !== type && <bdi>{title}</bdi>}
        </a>
      </span>
      <span role="cell" className="history-status" title={reason}>
        <StatusText words={words} />
      </span>
      <span role="cell" className="history-runtime" title={row.runtimeWords}>
        <bdi>{row.runtimeWords}</bdi>
      </span>
      <Num name="duration">{row.seconds === null ? '' : duration(row.seconds)}</Num>
      <Num name="attempts">{row.attempts === 0 ? '' : count(row.attempts)}</Num>
      <Num name="tokens" title={row.tokens === null ? undefined : `${count(row.tokens)} tokens`}>
        {row.tokens === null ? '' : short(row.tokens)}
      </Num>
      <Num name="cost" title={row.costUsd === null ? undefined : `$${row.costUsd}`}>
        {row.costUsd === null ? '' : dollars(row.costUsd)}
      </Num>
      <span
        role="cell"
        className={`history-report${verdict !== null && verdictTone.has(verdict) ? ' tone-warning' : ''}`}
        title={verdict === null ? undefined : verdictWords[verdict]}
      >
        {verdict === null ? '' : shortVerdicts[verdict]}
      </span>
      <Num name="memory">{row.memoryMb === null ? '' : megabytes(row.memoryMb)}</Num>
      <Num name="cpu">{row.cpuPercent === null ? '' : percent(row.cpuPercent)}</Num>
    </div>
  );
});

interface NumProps {
  readonly name: string;
  readonly title?: string | undefined;
  readonly children: string;
}

const Num = ({ name, title, children }: NumProps): ReactNode => (
  <span role="cell" className={`history-${name}`} title={title}>
    {children}
  </span>
);
