import type { ReactNode } from 'react';
import '../govern.css';
import './balance.css';

interface BalanceViewProps {
  /** How many groups live and are done, in words. */
  readonly summary: string;
  /** The rules in words; '' while they are not known. */
  readonly rules: string;
  readonly stale: boolean;
  /** null: no group has ever been. */
  readonly living: ReactNode;
  readonly finished: ReactNode;
  readonly compliance: ReactNode;
  readonly plan: ReactNode;
}

/** Groups at the left, the plan tool beside them. */
export function BalanceView({
  summary,
  rules,
  stale,
  living,
  finished,
  compliance,
  plan,
}: BalanceViewProps): ReactNode {
  return (
    <div className="govern">
      <div className="govern-head">
        <h2>Balance</h2>
        <span className="govern-note" role="status">
          {summary}
        </span>
        <span className="govern-space" />
        <span className="govern-note">{rules}</span>
      </div>
      <div className="balance">
        <div className={`balance-groups${stale ? ' govern-stale' : ''}`}>
          {living ?? <NoGroups />}
          {finished}
          {compliance}
        </div>
        {plan}
      </div>
    </div>
  );
}

function NoGroups(): ReactNode {
  return (
    <section className="govern-empty">
      <h3>No group is at work</h3>
      <p>
        Agents of one parent with the same <code className="mono">group.id</code>, or deployed in one wave, share a
        piece of work. How it is divided, and who does more than their part, is seen here. The plan tool divides tasks
        evenly and deploys them.
      </p>
    </section>
  );
}
