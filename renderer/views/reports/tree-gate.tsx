import type { ReactNode } from 'react';
import { dollars, duration } from '../../selectors/format.ts';
import { visible } from '../../selectors/visible-text.ts';
import type { TreeReport } from '../../../protocol/tree-report.ts';
import { StatusShape } from '../status-shape.tsx';
import './report-list.css';

/** Whether a branch may be called done: who still owes a report, and what it came to. */
export function TreeGate({ tree }: { readonly tree: TreeReport }): ReactNode {
  const { gate, reports, totals, compliance } = tree;
  return (
    <section className="gate" aria-label="Gate of the branch">
      <p>
        <span className="status-text">
          <StatusShape shape={gate.complete ? 'check' : 'triangle'} tone={gate.complete ? 'good' : 'warning'} />
          {gate.complete
            ? 'Complete: every report below is in and good'
            : `Open: ${gate.open.length} below are not done`}
        </span>
        <span>
          {reports.in} of {reports.required} reports in
        </span>
        <span title="Protocol v1.2, of 100">Score {compliance.score ?? 'unknown'}</span>
        <span title="Agents that ended, of all">
          {totals.ended} of {totals.agents} ended
        </span>
        {totals.elapsed_seconds !== null && (
          <span title="From the first acceptance to the last end">{duration(totals.elapsed_seconds)}</span>
        )}
        {totals.cost_usd !== null && <span>{dollars(totals.cost_usd)}</span>}
      </p>
      {gate.open.length > 0 && (
        <ul aria-label="Whom it waits for">
          {gate.open.map(({ agent_id, name, why }) => (
            <li key={agent_id}>
              <a href={`#/reports/${encodeURIComponent(agent_id)}`}>
                <bdi>{visible(name ?? agent_id)}</bdi>
              </a>
              <span className="gate-why">{visible(why)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
