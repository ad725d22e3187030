import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDownRegular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUpRegular } from '@fluentui/react-icons/svg/arrow-up';
import type { Column } from '../../selectors/history/filter.ts';
import type { HistoryRow } from '../../selectors/history/rows.ts';
import { HistoryTableRow } from './history-table-row.tsx';

const rowHeightPx = 28;

interface HistoryTableProps {
  readonly rows: readonly HistoryRow[];
  readonly sort: Column;
  readonly descending: boolean;
  /** ms since the epoch, of the day that times are said without their date. */
  readonly now: number;
  readonly onSort: (column: Column) => void;
}

/** In the order of the cells of a row. */
const heads: readonly { readonly column: Column; readonly word: string; readonly title: string }[] = [
  { column: 'ended', word: 'Ended', title: 'When it ended, local time' },
  { column: 'agent', word: 'Agent', title: 'Type and name' },
  { column: 'status', word: 'Status', title: 'How it ended, and why' },
  { column: 'runtime', word: 'Runtime', title: 'Runtime and model' },
  { column: 'duration', word: 'Duration', title: 'How long it ran, pauses not counted' },
  { column: 'attempts', word: 'Tries', title: 'How often it was started' },
  { column: 'tokens', word: 'Tokens', title: 'All kinds together' },
  { column: 'cost', word: 'Cost', title: 'US dollars' },
  { column: 'report', word: 'Report', title: 'What is to be said of its report' },
  { column: 'memory', word: 'Memory', title: 'The most of all its processes at any time' },
  { column: 'cpu', word: 'CPU', title: 'Average percent of one core, of all its processes' },
];

/** Thousands of rows, of which those in sight are drawn. A row's link opens the agent; arrows go from row to row. */
export function HistoryTable({ rows, sort, descending, now, onSort }: HistoryTableProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 12,
    scrollPaddingStart: rowHeightPx,
    scrollMargin: rowHeightPx,
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-index]') : null;
    const step = new Map([
      ['ArrowDown', 1],
      ['ArrowUp', -1],
    ]).get(event.key);
    if (from === null || step === undefined) return;
    event.preventDefault();
    const to = Number(from.dataset['index']) + step;
    if (to < 0 || to >= rows.length) return;
    virtual.scrollToIndex(to, { align: 'auto' });
    scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"] a`)?.focus({ preventScroll: true });
  };
  return (
    <div
      ref={scroller}
      className="history-table"
      role="table"
      aria-label="History"
      aria-rowcount={rows.length + 1}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="history-head">
        <div role="row" aria-rowindex={1} className="history-row">
          {heads.map(({ column, word, title }) => (
            <span
              key={column}
              role="columnheader"
              className={`history-${column}`}
              aria-sort={column === sort ? (descending ? 'descending' : 'ascending') : 'none'}
            >
              <button type="button" title={`${title}. Sorts by it.`} onClick={() => onSort(column)}>
                {word}
                {column === sort && (descending ? <ArrowDownRegular /> : <ArrowUpRegular />)}
              </button>
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="history-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return <HistoryTableRow key={key} row={row} index={index} top={start - rowHeightPx} now={now} />;
        })}
      </div>
    </div>
  );
}
