import type { CSSProperties, MouseEvent, ReactNode } from 'react';
import { CheckmarkRegular } from '@fluentui/react-icons/svg/checkmark';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronRightRegular } from '@fluentui/react-icons/svg/chevron-right';
import { type RowCells, rowCells, type RowContext, rowSentence, statusText } from '../selectors/row-cells.ts';
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
  readonly active: boolean;
  readonly marked: boolean;
  readonly context: RowContext;
  readonly onStep: (step: TreeStep) => void;
}

export const rowId = (key: string): string => `row-${key}`;

export function FleetTreeRow({ row, index, top, active, marked, context, onStep }: FleetTreeRowProps): ReactNode {
  const cells = rowCells(row, context);
  const place: CSSProperties = { transform: `translateY(${top}px)` };
  const states = [marked ? 'tree-marked' : '', active ? 'tree-active' : '', row.isOnTheWay ? 'tree-on-the-way' : ''];
  return (
    <div
      id={rowId(row.key)}
      role="row"
      className={['tree-row', 'tree-item', ...states.filter((name) => name !== '')].join(' ')}
      style={place}
      aria-label={rowSentence(cells)}
      aria-rowindex={index + 2}
      aria-level={row.depth}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={active || marked}
      {...(row.expanded === null ? {} : { 'aria-expanded': row.expanded })}
      data-agent={row.key}
      data-kind={row.node.kind}
      data-status={cells.status?.word}
      onClick={(event) => onStep(clickStep(event, row))}
      onDoubleClick={() => onStep({ type: 'open', key: row.key })}
      onContextMenu={(event) => {
        if (row.node.kind !== 'agent') return;
        event.preventDefault();
        onStep({ type: 'menu', key: row.key, x: event.clientX, y: event.clientY });
      }}
    >
      <NameCell row={row} cells={cells} marked={marked} onStep={onStep} />
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
      <span role="gridcell" className="tree-runtime tree-cut" title={cells.runtime}>
        <bdi>{cells.runtime}</bdi>
      </span>
      <span role="gridcell" className="tree-report">
        <ReportCell report={cells.report} />
      </span>
      <span role="gridcell" className="tree-below tree-number tree-quiet">
        {cells.running}
      </span>
      <span role="gridcell" className="tree-share tree-number">
        {cells.share}
      </span>
      <UseCells cells={cells} />
      <span role="gridcell" className="tree-time tree-number">
        {cells.time}
      </span>
    </div>
  );
}

function clickStep({ ctrlKey, metaKey, shiftKey }: MouseEvent, { key, node }: TreeRow): TreeStep {
  if (node.kind !== 'agent') return { type: 'select', key };
  if (shiftKey) return { type: 'mark_to', key };
  return ctrlKey || metaKey ? { type: 'mark', key } : { type: 'select', key };
}

/** Of a branch the sums, in a lighter weight. */
function UseCells({ cells }: { readonly cells: RowCells }): ReactNode {
  const sum = cells.useTitle === null ? '' : ' tree-sum';
  const title = cells.useTitle ?? undefined;
  return (
    <>
      <span role="gridcell" className={`tree-cpu tree-number heat-${cells.cpuHeat}${sum}`} title={title}>
        {cells.cpu}
      </span>
      <span role="gridcell" className={`tree-memory tree-number heat-${cells.memoryHeat}${sum}`} title={title}>
        {cells.memory}
      </span>
      <span role="gridcell" className={`tree-tokens tree-number${sum}`} title={title}>
        {cells.tokens}
      </span>
      <span role="gridcell" className={`tree-cost tree-number${sum}`} title={title}>
        {cells.cost}
      </span>
    </>
  );
}

interface NameCellProps extends Pick<FleetTreeRowProps, 'row' | 'marked' | 'onStep'> {
  readonly cells: RowCells;
}

function NameCell({ row, cells, marked, onStep }: NameCellProps): ReactNode {
  const fold = (): void => onStep({ type: row.expanded === true ? 'collapse' : 'expand', key: row.key });
  return (
    <span role="gridcell" className="tree-name">
      <MarkBox row={row} marked={marked} onStep={onStep} />
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
        <bdi className="tree-title" title={cells.id === null ? cells.title : `${cells.title} · ${cells.id}`}>
          {cells.title}
        </bdi>
      )}
      {cells.id !== null && (
        <span className="tree-id" title={cells.id}>
          <bdi dir="ltr">{cells.id}</bdi>
        </span>
      )}
      {cells.attentionBelow > 0 && <Attention count={cells.attentionBelow} />}
    </span>
  );
}

/** For the mouse; the keyboard has Ctrl+Space. */
function MarkBox({ row, marked, onStep }: Pick<FleetTreeRowProps, 'row' | 'marked' | 'onStep'>): ReactNode {
  if (row.node.kind !== 'agent') return <span className="tree-mark-space" />;
  return (
    <span
      className="tree-mark"
      aria-hidden="true"
      title={marked ? 'Do not choose (Ctrl+Space)' : 'Choose, with others (Ctrl+Space)'}
      onClick={(event) => {
        event.stopPropagation();
        onStep({ type: event.shiftKey ? 'mark_to' : 'mark', key: row.key });
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <span className="tree-box">{marked && <CheckmarkRegular />}</span>
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
