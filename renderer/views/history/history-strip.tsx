import type { ReactNode } from 'react';
import { count, dollars, duration, short } from '../../selectors/format.ts';
import type { HistorySummary } from '../../selectors/history/summary.ts';

/** What the agents below come to, in a line. */
export function HistoryStrip({ summary }: { readonly summary: HistorySummary }): ReactNode {
  const { agents, success, judged, p50, p90, p99, costUsd, tokens } = summary;
  const time = (seconds: number | null): string => (seconds === null ? '–' : duration(seconds));
  return (
    <dl className="history-strip" aria-label="Of the agents shown">
      <Figure word="Agents" value={count(agents)} />
      <Figure
        word="Success"
        value={success === null ? '–' : `${Math.floor(success * 100)} %`}
        title={`Completed, of ${count(judged)} that completed, failed, were lost, timed out, were refused or expired. Stopped and cancelled ones are not counted.`}
      />
      <Figure word="Duration p50" value={time(p50)} title="Half of them ran no longer than this (median)" />
      <Figure word="p90" value={time(p90)} title="90 % of them ran no longer than this" />
      <Figure word="p99" value={time(p99)} title="99 % of them ran no longer than this" />
      <Figure word="Cost" value={costUsd === null ? '–' : dollars(costUsd)} title="US dollars, as far as they told" />
      <Figure
        word="Tokens"
        value={tokens === null ? '–' : short(tokens)}
        title={tokens === null ? 'Nobody told' : `${count(tokens)} of all kinds`}
      />
    </dl>
  );
}

interface FigureProps {
  readonly word: string;
  readonly value: string;
  readonly title?: string;
}

const Figure = ({ word, value, title }: FigureProps): ReactNode => (
  <div title={title}>
    <dt>{word}</dt>
    <dd>{value}</dd>
  </div>
);

interface ReasonsProps {
  /** The most frequent first. */
  readonly reasons: readonly (readonly [string, number])[];
  readonly chosen: readonly string[];
  readonly onToggle: (reason: string) => void;
}

/** Only so many have a bar; the others are found by searching. */
const mostReasons = 50;

/** Why agents did not succeed; a click shows those that have this reason. */
export function FailureReasons({ reasons, chosen, onToggle }: ReasonsProps): ReactNode {
  const largest = reasons[0]?.[1] ?? 1;
  if (reasons.length === 0) return null;
  return (
    <section className="history-reasons" aria-labelledby="history-reasons">
      <h3 id="history-reasons">Why they failed</h3>
      <ul tabIndex={-1}>
        {reasons.slice(0, mostReasons).map(([reason, many]) => (
          <li key={reason}>
            <button
              type="button"
              aria-pressed={chosen.includes(reason)}
              title={reason}
              onClick={() => onToggle(reason)}
            >
              <span className="history-bar" style={{ inlineSize: `${(many / largest) * 100}%` }} />
              <bdi>{reason}</bdi>
              <span className="history-many">{count(many)}</span>
            </button>
          </li>
        ))}
      </ul>
      {reasons.length > mostReasons && <p>{count(reasons.length - mostReasons)} rarer ones are not listed.</p>}
    </section>
  );
}
