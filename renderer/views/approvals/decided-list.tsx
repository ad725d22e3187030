import type { ReactNode } from 'react';
import type { DecidedApproval } from '../../selectors/approval-cards.ts';
import { ago, clockTime, counted, secondsSince } from '../../selectors/format.ts';
import { AgentPath } from '../agent-path.tsx';
import { StatusShape } from '../status-shape.tsx';

interface DecidedListProps {
  readonly decided: readonly DecidedApproval[];
  readonly open: boolean;
  readonly now: number;
  readonly onOpen: (open: boolean) => void;
}

/** What was decided lately, folded away until somebody wants it. */
export function DecidedList({ decided, open, now, onOpen }: DecidedListProps): ReactNode {
  return (
    <section className="decided">
      <h3>
        <button type="button" className="decided-fold" aria-expanded={open} onClick={() => onOpen(!open)}>
          <span aria-hidden="true">{open ? '▾' : '▸'}</span>{' '}
          {counted(decided.length, 'decided lately', 'decided lately')}
        </button>
      </h3>
      {open && (
        <table className="govern-table">
          <thead>
            <tr>
              <th scope="col">Decision</th>
              <th scope="col">Tool</th>
              <th scope="col">Asked by</th>
              <th scope="col">Decided by</th>
              <th scope="col">When</th>
              <th scope="col">The agent was told</th>
            </tr>
          </thead>
          <tbody>
            {decided.map((one) => (
              <DecidedRow key={one.id} one={one} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function DecidedRow({ one, now }: { readonly one: DecidedApproval; readonly now: number }): ReactNode {
  return (
    <tr>
      <td>
        <span className="status-text">
          <StatusShape shape={one.outcome.shape} tone={one.outcome.tone} />
          {one.outcome.words}
        </span>
      </td>
      <td>
        <bdi>{one.tool}</bdi>
      </td>
      <td>
        <AgentPath path={one.path} />
      </td>
      <td>
        <bdi>{one.by}</bdi>
      </td>
      <td className="govern-nowrap" title={clockTime(one.at, now)}>
        {ago(secondsSince(one.at, now) ?? 0)}
      </td>
      <td className="govern-wrap">{one.message !== null && <bdi>{one.message}</bdi>}</td>
    </tr>
  );
}
