/** What `ziggie queue` prints: how full the coordinator is, then who waits and for what. Pure. */
import Table from 'cli-table3';
import type { LimitInUse, QueueAnswer, WaitingAgent } from '../../../protocol/queue.ts';
import { formatDuration } from './duration.ts';
import { bare } from './fleet-table.ts';
import type { Paint } from './paint.ts';
import { plain } from './plain.ts';

export interface QueueTextOptions {
  readonly paint: Paint;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Of the terminal; null: it is none, and lines may be as long as they are. */
  readonly columns: number | null;
}

export function queueText(answer: QueueAnswer, options: QueueTextOptions): string {
  const { paint } = options;
  const parts = [`${headOf(answer, paint)}\n${memoryOf(answer, paint)}\n`];
  if (answer.limits.length > 0) parts.push(limitsTable(answer.limits, paint));
  if (answer.waiting.length > 0) parts.push(waitingTable(answer.waiting, options));
  return parts.join('\n');
}

function headOf({ running, max_running, lent, total, intake_paused }: QueueAnswer, paint: Paint): string {
  const lentWords = lent === 0 ? '' : `, ${lent} more ${lent === 1 ? 'is' : 'are'} lent by parents that wait`;
  const waits = total === 0 ? 'Nobody waits.' : `${total} ${total === 1 ? 'waits' : 'wait'}.`;
  const slots = `${running} of ${max_running} slots are taken${lentWords}. ${waits}`;
  return intake_paused ? `${paint.bold('All starts are paused')} (ziggie queue --resume).\n${slots}` : slots;
}

function memoryOf({ free_memory_mb: free, min_free_memory_mb: floor }: QueueAnswer, paint: Paint): string {
  if (free === null) return 'How much memory is free is not known.';
  const words = `Memory: ${free} MB free, ${floor} MB kept (min_free_memory_mb)`;
  return free < floor ? `${paint.red(words)}: nothing is started.` : `${words}.`;
}

function limitsTable(limits: readonly LimitInUse[], paint: Paint): string {
  const table = new Table({ ...bare, head: ['LIMIT', 'TAKEN', 'SETTING'].map(paint.bold) });
  for (const { setting, of, running, limit } of limits) {
    const taken = `${running} of ${limit}`;
    table.push([nameOf(setting, plain(of)), running < limit ? taken : paint.red(`${taken}, full`), setting]);
  }
  return linesOf(table);
}

function nameOf(setting: LimitInUse['setting'], of: string): string {
  switch (setting) {
    case 'reserved_per_level':
      return `level ${of} and above`;
    case 'max_running_per_level':
      return `level ${of}`;
    case 'max_running_per_runtime':
      return `runtime ${of}`;
    case 'max_running_per_parent':
      return `children of ${of}`;
  }
}

const heads = ['PLACE', 'ID', 'TYPE', 'PRIORITY', 'SINCE', 'EXPIRES', 'REASON'];

/** Where whole reasons do not fit beside the others, they stand below, each once: many wait for the same. */
function waitingTable(waiting: readonly WaitingAgent[], { paint, now, columns }: QueueTextOptions): string {
  const rows = waiting.map((one) => ({ cells: cellsOf(one, now), reason: reasonOf(one) }));
  const lines = tableOf(rows.map(({ cells, reason }) => [...cells, reason])).split('\n');
  const isWide = columns === null || lines.every((line) => line.length <= columns);
  const notes = isWide ? [] : [...new Set(rows.map(({ reason }) => reason))];
  const told = isWide
    ? tableOf(
        rows.map(({ cells, reason }) => [...cells, reason]),
        paint,
      )
    : tableOf(
        rows.map(({ cells, reason }) => [...cells, `(${notes.indexOf(reason) + 1})`]),
        paint,
      );
  if (notes.length === 0) return told;
  return `${told}\n${notes.map((note, index) => wrapped(`(${index + 1}) `, note, columns ?? 80)).join('')}`;
}

const reasonOf = ({ reason }: WaitingAgent): string => plain(reason.replace(/^waiting: /, ''));

function cellsOf(
  { position, agent_id, agent_type, priority, queued_at, expires_at }: WaitingAgent,
  now: number,
): string[] {
  const since = formatDuration(Math.max(0, -secondsTo(queued_at, now)));
  const left = expires_at === null ? 'never' : `in ${formatDuration(Math.max(0, secondsTo(expires_at, now)))}`;
  return [String(position), agent_id, agent_type, String(priority), since, left];
}

function tableOf(rows: readonly (readonly string[])[], paint?: Paint): string {
  const table = new Table({ ...bare, head: paint === undefined ? heads : heads.map(paint.bold) });
  for (const row of rows) table.push([...row]);
  return linesOf(table);
}

const linesOf = (table: { toString(): string }): string => `${table.toString().replace(/[ ]+$/gm, '')}\n`;

/** Lines of at most `width` characters, those after the first below its text. A longer word has a line of its own. */
function wrapped(mark: string, text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || mark.length + line.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line, index) => `${index === 0 ? mark : ' '.repeat(mark.length)}${line}\n`).join('');
}

const secondsTo = (iso: string, now: number): number => (Date.parse(iso) - now) / 1000;
