import { type ReactNode, useId } from 'react';
import type { ReportProblem } from '../../protocol/agent.ts';
import type { Detail, DetailGroup } from '../selectors/agent-details.ts';
import { clockTime, duration, secondsSince } from '../selectors/format.ts';
import { visible } from '../selectors/visible-text.ts';
import type { Wait } from '../selectors/waits-for.ts';
import { CopyButton } from './copy-button.tsx';
import { StatusShape } from './status-shape.tsx';
import './agent-overview.css';

interface AgentOverviewProps {
  readonly groups: readonly DetailGroup[];
  readonly problems: readonly ReportProblem[];
  /** What it cannot go on without. */
  readonly waits: readonly Wait[];
  readonly now: number;
  /** Its attempts and its timeline. */
  readonly life: ReactNode;
}

/** What is known of an agent, in groups; what it waits for and what its report lacks come first. */
export function AgentOverview({ groups, problems, waits, now, life }: AgentOverviewProps): ReactNode {
  return (
    <div className="overview">
      {waits.length > 0 && <Waits waits={waits} now={now} />}
      {problems.length > 0 && <ReportProblems problems={problems} />}
      {groups
        .filter(({ wide }) => !wide)
        .map((group) => (
          <Group key={group.title} {...group} />
        ))}
      {life}
      {groups
        .filter(({ wide }) => wide)
        .map((group) => (
          <Group key={group.title} {...group} />
        ))}
    </div>
  );
}

function ReportProblems({ problems }: Pick<AgentOverviewProps, 'problems'>): ReactNode {
  return (
    <section className="overview-problems">
      <h3>
        <StatusShape shape="triangle" tone="warning" /> Report
      </h3>
      <ul>
        {problems.map(({ code, message, line }, at) => (
          <li key={`${code}-${at}`}>
            <bdi>{message}</bdi>
            {line !== null && <span className="overview-line"> line {line}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Waits({ waits, now }: Pick<AgentOverviewProps, 'waits' | 'now'>): ReactNode {
  const heading = useId();
  return (
    <section className="overview-waits" aria-labelledby={heading}>
      <h3 id={heading}>Waits for</h3>
      <ul>
        {waits.map((wait) => (
          <li key={wait.key}>
            <bdi>{wait.what}</bdi> <WaitTimes wait={wait} now={now} />
            {wait.href !== null && (
              <>
                {' '}
                <a href={wait.href}>{wait.href === '#/approvals' ? 'Decide' : 'Queue'}</a>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function WaitTimes({ wait: { since, until }, now }: { readonly wait: Wait; readonly now: number }): ReactNode {
  const waited = secondsSince(since, now);
  return (
    <span className="overview-line">
      {waited !== null && (
        <time dateTime={since} title={since}>
          for {duration(waited)}
        </time>
      )}
      {until !== null && (
        <time dateTime={until.at} title={until.at}>
          {' '}
          · until {clockTime(until.at, now)}, {until.becomes}
        </time>
      )}
    </span>
  );
}

function Group({ title, wide, details }: DetailGroup): ReactNode {
  const heading = useId();
  return (
    <section aria-labelledby={heading} className={wide ? 'overview-wide' : undefined}>
      <h3 id={heading}>{title}</h3>
      <dl>
        {details.map((detail) => (
          <Entry key={detail.label} {...detail} />
        ))}
      </dl>
    </section>
  );
}

function Entry({ label, value, exact, copyable, href }: Detail): ReactNode {
  // What is copied is as it is; what is shown is seen, whatever is in it.
  const shown = copyable ? visible(value) : value;
  return (
    <>
      <dt>{label}</dt>
      <dd title={exact ?? undefined} className={copyable ? 'mono' : undefined}>
        <bdi>{href === null ? shown : <a href={href}>{shown}</a>}</bdi>
        {copyable && <CopyButton what={label.toLowerCase()} text={value} />}
      </dd>
    </>
  );
}
