import { type ReactNode, useId } from 'react';
import type { ReportProblem } from '../../protocol/agent.ts';
import type { Detail, DetailGroup } from '../selectors/agent-details.ts';
import { CopyButton } from './copy-button.tsx';
import { StatusShape } from './status-shape.tsx';
import './agent-overview.css';

interface AgentOverviewProps {
  readonly groups: readonly DetailGroup[];
  readonly problems: readonly ReportProblem[];
}

/** What is known of an agent, in groups; what its report lacks comes first. */
export function AgentOverview({ groups, problems }: AgentOverviewProps): ReactNode {
  return (
    <div className="overview">
      {problems.length > 0 && <ReportProblems problems={problems} />}
      {groups.map((group) => (
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

function Group({ title, details }: DetailGroup): ReactNode {
  const heading = useId();
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>{title}</h3>
      <dl>
        {details.map((detail) => (
          <Entry key={detail.label} {...detail} />
        ))}
      </dl>
    </section>
  );
}

function Entry({ label, value, exact, copyable }: Detail): ReactNode {
  return (
    <>
      <dt>{label}</dt>
      <dd title={exact ?? undefined} className={copyable ? 'mono' : undefined}>
        <bdi>{value}</bdi>
        {copyable && <CopyButton what={label.toLowerCase()} text={value} />}
      </dd>
    </>
  );
}
