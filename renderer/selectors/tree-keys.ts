/** What a key does in the tree: a pure function of the rows, so that it can be tested without a screen. */
import { nodeTitle, type TreeRow } from './tree-rows.ts';

export type TreeStep =
  | { readonly type: 'select'; readonly key: string }
  | { readonly type: 'expand'; readonly key: string }
  | { readonly type: 'collapse'; readonly key: string }
  | { readonly type: 'open'; readonly key: string }
  /** Chosen beside the others, or not any more. */
  | { readonly type: 'mark'; readonly key: string }
  /** All from the active row to this one are chosen, which becomes the active one. */
  | { readonly type: 'mark_to'; readonly key: string }
  | { readonly type: 'mark_all' }
  | { readonly type: 'unmark' }
  /** What can be done to it, at a place of the window. */
  | { readonly type: 'menu'; readonly key: string; readonly x: number; readonly y: number }
  | { readonly type: 'stop'; readonly key: string };

/** Of a key that is pressed. */
export interface KeyHold {
  readonly shift: boolean;
  readonly ctrl: boolean;
}
const noHold: KeyHold = { shift: false, ctrl: false };

/**
 * `activeKey` may name a row that is gone: the first row then counts as active. `pageRows` is how many rows fit the
 * window. null: the key means nothing here and belongs to the page.
 */
export function treeStep(
  rows: readonly TreeRow[],
  activeKey: string,
  key: string,
  pageRows: number,
  { shift, ctrl }: KeyHold = noHold,
): TreeStep | null {
  const at = indexOfKey(rows, activeKey);
  const row = rows[at];
  if (row === undefined) return null;
  if (ctrl) return ctrlStep(row, key);
  if (shift && (key === 'ArrowDown' || key === 'ArrowUp')) {
    const step = select(rows, at + (key === 'ArrowDown' ? 1 : -1));
    return step?.type === 'select' ? { type: 'mark_to', key: step.key } : null;
  }
  switch (key) {
    case 'Escape':
      return { type: 'unmark' };
    case 'Delete':
      return row.node.kind === 'agent' ? { type: 'stop', key: row.key } : null;
    case 'ArrowDown':
      return select(rows, at + 1);
    case 'ArrowUp':
      return select(rows, at - 1);
    case 'PageDown':
      return select(rows, at + Math.max(1, pageRows - 1));
    case 'PageUp':
      return select(rows, at - Math.max(1, pageRows - 1));
    case 'Home':
      return select(rows, 0);
    case 'End':
      return select(rows, rows.length - 1);
    case 'ArrowRight':
      return right(rows, row, at);
    case 'ArrowLeft':
      return left(row);
    case 'Enter':
      return { type: 'open', key: row.key };
    case ' ':
      return row.expanded === null ? null : { type: row.expanded ? 'collapse' : 'expand', key: row.key };
    default:
      return null;
  }
}

function ctrlStep(row: TreeRow, key: string): TreeStep | null {
  if (key === ' ') return { type: 'mark', key: row.key };
  return key === 'a' ? { type: 'mark_all' } : null;
}

/** Keys of the agents from one row to another, both in it. */
export function keysBetween(rows: readonly TreeRow[], from: string, to: string): readonly string[] {
  const [a, b] = [indexOfKey(rows, from), indexOfKey(rows, to)];
  return rows.slice(Math.min(a, b), Math.max(a, b) + 1).flatMap(({ key, node }) => (node.kind === 'agent' ? key : []));
}

/** Place of the row in the list; the first when it is not there. */
export function indexOfKey(rows: readonly TreeRow[], key: string): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.key === key),
  );
}

function select(rows: readonly TreeRow[], at: number): TreeStep | null {
  const row = rows[Math.min(rows.length - 1, Math.max(0, at))];
  return row === undefined ? null : { type: 'select', key: row.key };
}

function right(rows: readonly TreeRow[], row: TreeRow, at: number): TreeStep | null {
  if (row.expanded === null) return null;
  return row.expanded ? select(rows, at + 1) : { type: 'expand', key: row.key };
}

function left(row: TreeRow): TreeStep | null {
  if (row.expanded === true) return { type: 'collapse', key: row.key };
  return row.parentKey === null ? null : { type: 'select', key: row.parentKey };
}

/**
 * The next row whose name, type or id begins with what was typed, from the active row on and around the end. A single
 * letter moves on from the active row; more letters may stay on it.
 */
export function typeAhead(rows: readonly TreeRow[], activeKey: string, typed: string): string | null {
  const wanted = typed.toLowerCase();
  if (wanted === '') return null;
  const from = indexOfKey(rows, activeKey) + (wanted.length === 1 ? 1 : 0);
  const turned = rows.map((_, step) => rows[(from + step) % rows.length]);
  return turned.find((row) => row !== undefined && namesOf(row).some((name) => name.startsWith(wanted)))?.key ?? null;
}

function namesOf({ node, key }: TreeRow): readonly string[] {
  const names = [nodeTitle(node), key];
  if (node.kind === 'agent') names.push(node.agent.facts.agent_type);
  return names.map((name) => name.toLowerCase());
}
