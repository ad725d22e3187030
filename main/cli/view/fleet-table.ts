/** The table of `ziggie ls`. Pure. */
import Table from 'cli-table3';
import type { AgentRecord } from '../../../protocol/record.ts';
import { formatDuration } from './duration.ts';
import { hasEnded, reasonOf, secondsOf } from './life.ts';
import type { Paint } from './paint.ts';
import { plain, shorten } from './plain.ts';
import { type TreeRow, treeOrder } from './tree-order.ts';

export interface TableOptions {
  /** Width of the terminal, which long names and reasons are cut to; null: nothing is cut. */
  readonly columns: number | null;
  readonly paint: Paint;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const heads = ['ID', 'TYPE', 'NAME', 'STATUS', 'REASON', 'RUNTIME', 'TIME', 'PID'];
const nameColumn = heads.indexOf('NAME');
const statusColumn = heads.indexOf('STATUS');
const reasonColumn = heads.indexOf('REASON');
const gap = 2;
/** Below this a name or a reason says nothing any more; on a terminal too narrow for both the lines wrap instead. */
const leastWidth = 10;

const noLines = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'].map((n) => [
    n,
    '',
  ]),
);

/** A table without lines, of which only the columns are seen. */
export const bare = {
  chars: { ...noLines, left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
  style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [], compact: true },
};

/** One line per agent, indented by parent, with a head. Ends with a line break. */
export function fleetTable(records: readonly AgentRecord[], { columns, paint, now }: TableOptions): string {
  const rows = treeOrder(records);
  const cells = rows.map((row) => cellsOf(row, now));
  const room = columns === null ? null : roomFor(cells, columns);
  const table = new Table({ ...bare, head: heads.map(paint.bold) });
  rows.forEach(({ record }, index) => {
    const line = cells[index] ?? [];
    table.push(
      line.map((text, column) => {
        if (room !== null && column === nameColumn) return shorten(text, room.name);
        if (room !== null && column === reasonColumn) return shorten(text, room.reason);
        return column === statusColumn && record !== null ? paint.status(record) : text;
      }),
    );
  });
  return `${table.toString().replace(/[ ]+$/gm, '')}\n`;
}

function cellsOf({ id, record, branch }: TreeRow, now: number): string[] {
  if (record === null) return [id, '', '', 'outside', 'not started by this coordinator', '', '', ''];
  const seconds = secondsOf(record, now);
  return [
    `${branch}${record.agent_id}`,
    record.agent_type,
    plain(record.name ?? ''),
    record.status,
    plain(reasonOf(record)),
    record.runtime,
    seconds === null ? '' : formatDuration(seconds),
    // The number of a process that has ended may be somebody else's by now.
    record.pid === null || hasEnded(record) ? '' : String(record.pid),
  ];
}

/** What the other columns leave is shared: a name takes what the reason does not need, or half of it if that is more. */
function roomFor(rows: readonly (readonly string[])[], columns: number): { name: number; reason: number } {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  const flexible = [nameColumn, reasonColumn];
  const fixed = widths.reduce((sum, width, column) => sum + gap + (flexible.includes(column) ? 0 : width), 0);
  const free = columns - fixed;
  const spare = free - (widths[reasonColumn] ?? 0);
  const name = Math.min(widths[nameColumn] ?? 0, Math.max(leastWidth, Math.floor(free / 2), spare));
  return { name, reason: Math.max(leastWidth, free - name) };
}
