import type { ReactNode } from 'react';
import { count, dollars } from '../../selectors/format.ts';
import type { ChildRow } from '../../selectors/child-rows.ts';
import { statusText } from '../../selectors/row-cells.ts';
import { StatusText } from '../status-text.tsx';
import './child-table.css';

/** The children of an agent; numbers are of each child with all below it. */
export function ChildTable({ rows }: { readonly rows: readonly ChildRow[] }): ReactNode {
  if (rows.length === 0) return <p className="tab-word">It has deployed no agents.</p>;
  return (
    <div className="child-table" tabIndex={0} role="region" aria-label="Children">
      <table>
        <thead>
          <tr>
            <th scope="col">Agent</th>
            <th scope="col">Status</th>
            <th scope="col">Report</th>
            <th scope="col" className="number" title="Part of its group’s work, as planned">
              Share
            </th>
            <th scope="col" className="number" title="Of it and all below it">
              Tokens
            </th>
            <th scope="col" className="number" title="US dollars, of it and all below it">
              Cost
            </th>
            <th scope="col" className="number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <a href={`#/agents/${encodeURIComponent(row.id)}`}>
                  {row.type} {row.title !== row.type && <bdi>{row.title}</bdi>}
                </a>
                {row.below > 0 && <span className="child-below"> +{row.below}</span>}
              </th>
              <td title={statusText(row.words)}>
                <StatusText words={row.words} />
              </td>
              <td>{row.report.text}</td>
              <td className="number">{row.share === null ? '' : `${Math.round(row.share * 100)} %`}</td>
              <td className="number">{row.use.tokens === null ? '' : count(row.use.tokens)}</td>
              <td className="number">{row.use.costUsd === null ? '' : dollars(row.use.costUsd)}</td>
              <td className="number">{row.time}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <Sums rows={rows} />
        </tfoot>
      </table>
    </div>
  );
}

function Sums({ rows }: { readonly rows: readonly ChildRow[] }): ReactNode {
  const sum = (of: (row: ChildRow) => number | null): number | null =>
    rows.reduce<number | null>((total, row) => (of(row) === null ? total : (total ?? 0) + (of(row) ?? 0)), null);
  const [share, tokens, cost] = [sum((row) => row.share), sum(({ use }) => use.tokens), sum(({ use }) => use.costUsd)];
  return (
    <tr>
      <th scope="row">All {count(rows.length)}</th>
      <td />
      <td />
      <td className="number">{share === null ? '' : `${Math.round(share * 100)} %`}</td>
      <td className="number">{tokens === null ? '' : count(tokens)}</td>
      <td className="number">{cost === null ? '' : dollars(cost)}</td>
      <td />
    </tr>
  );
}
