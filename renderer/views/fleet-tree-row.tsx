import type { CSSProperties, ReactNode } from 'react';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right';
import { type RowCells, rowCells, rowSentence, statusText } from '../selectors/row-cells.ts';
import type { ReportState } from '../selectors/status-language.ts';
import type { TreeStep } from '../selectors/tree-keys.ts';
import type { TreeRow } from '../selectors/tree-rows.ts';
import { StatusShape } from './status-shape.tsx';
import { StatusText } from './status-text.tsx';

interface FleetTreeRowProps {
  readonly row: TreeRow;
  /** 0-based place among all rows, and its distance from the first in pixels. */
  readonly index: number;
  readonly top: number;
  readonly selected: boolean;
  readonly now: number;
  readonly unheardSeconds: number | null;
  readonly onStep: (step: TreeStep) => void;
}

export const rowId = (key: string): string => `row-${key}`;

export function FleetTreeRow({ row, index, top, selected, now, unheardSeconds, onStep }: FleetTreeRowProps): ReactNode {
  const cells = rowCells(row, now, unheardSeconds);
  const place: CSSProperties = { transform: `translateY(${top}px)` };
  return (
    <div
      id={rowId(row.key)}
      role="row"
      className="tree-row tree-item"
      style={place}
      aria-label={rowSentence(cells)}
      aria-rowindex={index + 2}
      aria-level={row.depth}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={selected}
      {...(row.expanded === null ? {} : { 'aria-expanded': row.expanded })}
      data-agent={row.key}
      data-kind={row.node.kind}
      data-status={cells.status?.word}
      onClick={() => onStep({ type: 'select', key: row.key })}
      onDoubleClick={() => onStep({ type: 'open', key: row.key })}
    >
      <NameCell row={row} cells={cells} onStep={onStep} />
      <span
        role="gridcell"
        className="tree-status"
        title={cells.status === null ? undefined : statusText(cells.status)}
      >
        {cells.status === null ? (
          <span className="tree-quiet">{cells.remark}</span>
        ) : (
          <StatusText words={cells.status} />
        )}
      </span>
      <span role="gridcell" className="tree-runtime tree-cut">
        {cells.runtime}
      </span>
      <span role="gridcell" className="tree-report">
        <ReportCell report={cells.report} />
      </span>
      <span role="gridcell" className="tree-number tree-quiet">
        {cells.attentionBelow > 0 && <Attention count={cells.attentionBelow} />}
        {cells.running}
      </span>
      <span role="gridcell" className="tree-number">
        {cells.time}
      </span>
    </div>
  );
}

function NameCell({ row, cells, onStep }: Pick<FleetTreeRowProps, 'row' | 'onStep'> & { cells: RowCells }): ReactNode {
  const fold = (): void => onStep({ type: row.expanded === true ? 'collapse' : 'expand', key: row.key });
  return (
    <span role="gridcell" className="tree-name">
      {Array.from({ length: row.depth - 1 }, (_, guide) => (
        <span key={guide} className="tree-guide" />
      ))}
      <span
        className="tree-fold"
        aria-hidden="true"
        onClick={(event) => {
          event.stopPropagation();
          if (row.expanded !== null) fold();
        }}
        onDoubleClick={(event) => event.stopPropagation()}
      >
        {row.expanded === null ? null : row.expanded ? <ChevronDownRegular /> : <ChevronRightRegular />}
      </span>
      <span className="tree-type">{cells.type}</span>
      {cells.title !== cells.type && (
        <bdi className="tree-title" title={cells.title}>
          {cells.title}
        </bdi>
      )}
      {cells.id !== null && (
        <span className="tree-id" title={cells.id}>
          <bdi dir="ltr">{cells.id}</bdi>
        </span>
      )}
    </span>
  );
}

function Attention({ count }: { readonly count: number }): ReactNode {
  return (
    <span className="tree-attention tone-warning" title={`${count} below need attention`}>
      <StatusShape shape="triangle" tone="warning" />
      {count}
    </span>
  );
}

function ReportCell({ report }: { readonly report: ReportState }): ReactNode {
  switch (report.kind) {
    case 'missing':
    case 'problems':
      return <span className="tone-warning">{report.text}</span>;
    case 'in':
      return report.text;
    default:
      return <span className="tree-quiet">{report.text}</span>;
  }
}
