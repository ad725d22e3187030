import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { indexOfKey, treeStep, type TreeStep, typeAhead } from '../selectors/tree-keys.ts';
import type { TreeRow } from '../selectors/tree-rows.ts';
import { FleetTreeRow, rowId } from './fleet-tree-row.tsx';
import './fleet-tree.css';

const rowHeightPx = 28;
/** A pause this long begins a new word. */
const typeAheadMs = 700;

interface FleetTreeProps {
  readonly rows: readonly TreeRow[];
  readonly selectedKey: string;
  readonly now: number;
  /** Seconds since the coordinator was last heard; null while connected. */
  readonly unheardSeconds: number | null;
  readonly onStep: (step: TreeStep) => void;
}

/**
 * The tree of agents as a grid: one focus stop, the active row named by aria-activedescendant, so that focus survives
 * rows that scroll out of the virtual window.
 */
export function FleetTree({ rows, selectedKey, now, unheardSeconds, onStep }: FleetTreeProps): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: '', at: 0 });
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    scrollPaddingStart: rowHeightPx,
    scrollMargin: rowHeightPx,
  });
  const selectedAt = indexOfKey(rows, selectedKey);
  useEffect(() => virtual.scrollToIndex(selectedAt, { align: 'auto' }), [virtual, selectedKey, selectedAt]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const pageRows = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeightPx) - 1;
    const isTyping = typed.current.text !== '' && event.timeStamp - typed.current.at < typeAheadMs;
    const isSpaceInWord = event.key === ' ' && isTyping;
    const step = (isSpaceInWord ? null : treeStep(rows, selectedKey, event.key, pageRows)) ?? typeStep(event, isTyping);
    if (step === null) return;
    event.preventDefault();
    onStep(step);
  };
  const typeStep = (event: KeyboardEvent, isTyping: boolean): TreeStep | null => {
    if (event.key.length !== 1) return null;
    const text = isTyping ? typed.current.text + event.key : event.key;
    typed.current = { text, at: event.timeStamp };
    const key = typeAhead(rows, selectedKey, text);
    return key === null ? null : { type: 'select', key };
  };

  return (
    <div
      ref={scroller}
      className="tree"
      role="treegrid"
      aria-label="Agents"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={rows.length === 0 ? undefined : rowId(rows[selectedAt]?.key ?? '')}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <TreeHead />
      <div role="rowgroup" className="tree-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const selected = index === selectedAt;
          const top = start - rowHeightPx;
          return <FleetTreeRow key={key} {...{ row, index, top, selected, now, unheardSeconds, onStep }} />;
        })}
      </div>
    </div>
  );
}

function TreeHead(): ReactNode {
  return (
    <div role="row" aria-rowindex={1} className="tree-row tree-head">
      <span role="columnheader">Agent</span>
      <span role="columnheader">Status</span>
      <span role="columnheader" className="tree-runtime">
        Runtime
      </span>
      <span role="columnheader" className="tree-report">
        Report
      </span>
      <span role="columnheader" className="tree-number" title="Running, of all agents below">
        Running
      </span>
      <span role="columnheader" className="tree-number" title="How long it has run, or took">
        Time
      </span>
    </div>
  );
}
