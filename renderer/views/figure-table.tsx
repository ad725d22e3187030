import { type ReactNode, useId } from 'react';
import type { Table } from '../selectors/usage-table.ts';
import './figure-table.css';

interface FigureTableProps {
  readonly title: string;
  readonly table: Table;
  /** Said below it; '' for nothing. */
  readonly note: string;
}

/** Numbers with their names: what they are at the left, whose at the top. */
export function FigureTable({ title, table, note }: FigureTableProps): ReactNode {
  const heading = useId();
  return (
    <section className="figures" aria-labelledby={heading}>
      <h3 id={heading}>{title}</h3>
      <div className="figures-scroll">
        <table>
          <thead>
            <tr>
              <td />
              {table.columns.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map(({ label, cells, isSum }) => (
              <tr key={label} className={isSum ? 'figures-sum' : undefined}>
                <th scope="row">{label}</th>
                {cells.map(({ text, exact }, at) => (
                  <td key={table.columns[at]} title={exact ?? undefined}>
                    <bdi>{text}</bdi>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {note !== '' && <p className="figures-note">{note}</p>}
    </section>
  );
}
