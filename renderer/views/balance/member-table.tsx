import type { ReactNode } from 'react';
import type { MemberRow } from '../../selectors/balance-groups.ts';
import { percent } from '../../selectors/share-bars.ts';
import { StatusText } from '../status-text.tsx';

interface MemberTableProps {
  readonly members: readonly MemberRow[];
  readonly basis: string;
}

/** Who is in the group, with the figures behind the bars. */
export function MemberTable({ members, basis }: MemberTableProps): ReactNode {
  return (
    <div className="govern-scroll">
      <table className="govern-table group-members">
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Status</th>
            <th scope="col" className="govern-number">
              Estimate
            </th>
            <th scope="col" className="govern-number">
              Measured
            </th>
            <th scope="col" className="govern-number">
              {basis === 'tokens' ? 'Tokens' : 'Ran'}
            </th>
          </tr>
        </thead>
        <tbody>
          {members.map(({ agentId, name, status, estimated, measured, amount, flagged }) => (
            <tr key={agentId}>
              <td>
                <a href={`#/agents/${encodeURIComponent(agentId)}`}>
                  <bdi>{name}</bdi>
                </a>
                {flagged !== '' && (
                  <span className="group-flagged">
                    {' '}
                    flagged: <bdi>{flagged}</bdi>
                  </span>
                )}
              </td>
              <td>
                <StatusText words={status} />
              </td>
              <td className="govern-number">{estimated === null ? '–' : percent(estimated)}</td>
              <td className="govern-number">{measured === null ? '–' : percent(measured)}</td>
              <td className="govern-number">{amount === '' ? '–' : amount}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
