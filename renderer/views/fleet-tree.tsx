import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { indexOfKey, treeStep, type TreeStep, typeAhead } from '../selectors/tree-keys.ts';
import type { RowContext } from '../selectors/row-cells.ts';
import type { TreeRow } from '../selectors/tree-rows.ts';
import { FleetTreeRow, rowId } from './fleet-tree-row.tsx';
import './fleet-tree.css';

const rowHeightPx = 28;
/** A pause this long begins a new word. */
const typeAheadMs = 700;

interface FleetTreeProps {
  readonly rows: readonly TreeRow[];
  readonly selectedKey: string;
  readonly marked: ReadonlySet<string>;
  readonly context: RowContext;
  readonly onStep: (step: TreeStep) => void;
}

/**
 * The tree of agents as a grid: one focus stop, the active row named by aria-activedescendant, so that focus survives
 * rows that scroll out of the virtual window.
 */
export const FleetTree = memo(function FleetTree(props: FleetTreeProps): ReactNode {
  const { rows, selectedKey, marked, context, onStep } = props;
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
    if (event.altKey || (event.metaKey && event.key !== 'a')) return;
    const hold = { shift: event.shiftKey, ctrl: event.ctrlKey || event.metaKey };
    const pageRows = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeightPx) - 1;
    const isTyping = typed.current.text !== '' && event.timeStamp - typed.current.at < typeAheadMs;
    const isSpaceInWord = event.key === ' ' && isTyping;
    const step =
      (isSpaceInWord ? null : treeStep(rows, selectedKey, event.key, pageRows, hold)) ??
      (hold.ctrl ? null : typeStep(event, isTyping)) ??
      menuStep(event);
    // Who chose nothing leaves Esc to the page.
    if (step === null || (step.type === 'unmark' && marked.size === 0)) return;
    event.preventDefault();
    onStep(step);
  };
  const menuStep = (event: KeyboardEvent): TreeStep | null => {
    if (event.key !== 'ContextMenu' && !(event.shiftKey && event.key === 'F10')) return null;
    const place = document.getElementById(rowId(selectedKey))?.getBoundingClientRect();
    if (place === undefined || rows[selectedAt]?.node.kind !== 'agent') return null;
    return { type: 'menu', key: selectedKey, x: place.left + 48, y: place.bottom };
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
      aria-multiselectable="true"
      aria-activedescendant={rows.length === 0 ? undefined : rowId(rows[selectedAt]?.key ?? '')}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <TreeHead />
      <div role="rowgroup" className="tree-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const active = index === selectedAt;
          const top = start - rowHeightPx;
          return (
            <FleetTreeRow key={key} marked={marked.has(row.key)} {...{ row, index, top, active, context, onStep }} />
          );
        })}
      </div>
    </div>
  );
});

/** In the order of the cells of a row. */
const columns: readonly { readonly name: string; readonly word: string; readonly title?: string }[] = [
  { name: 'tree-name', word: 'Agent' },
  { name: 'tree-status', word: 'Status' },
  { name: 'tree-runtime', word: 'Runtime' },
  { name: 'tree-report', word: 'Report' },
  { name: 'tree-below tree-number', word: 'Running', title: 'Running, of all agents below' },
  { name: 'tree-share tree-number', word: 'Share', title: 'Part of its group’s work, as planned' },
  {
    name: 'tree-cpu tree-number',
    word: 'CPU',
    title: 'Percent of one core, of all its processes; of a branch the sum',
  },
  { name: 'tree-memory tree-number', word: 'Memory', title: 'Memory of all its processes; of a branch the sum' },
  { name: 'tree-tokens tree-number', word: 'Tokens', title: 'All kinds together; of a branch the sum' },
  { name: 'tree-cost tree-number', word: 'Cost', title: 'US dollars so far; of a branch the sum' },
  { name: 'tree-time tree-number', word: 'Time', title: 'How long it has run, or took' },
];

function TreeHead(): ReactNode {
  return (
    <div role="row" aria-rowindex={1} className="tree-row tree-head">
      {columns.map(({ name, word, title }) => (
        <span key={word} role="columnheader" className={name} title={title}>
          {word}
        </span>
      ))}
    </div>
  );
}
