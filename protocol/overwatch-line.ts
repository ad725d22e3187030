/**
 * A line of the overwatch log: the day, the life line, and its place in the journal. `2026-11-26 [14:30:25] Agent … started,
 * pid 4711 #123`; where one event has several lines, `#123 1/3` to `#123 3/3`. With the last of them the event is told.
 */
import type { Sequenced } from './events.ts';
import type { Fleet } from './fleet.ts';
import { linesOf } from './life-lines.ts';

/** Below the root. */
export const overwatchLogPath = ['logs', 'overwatch.log'] as const;

/** The lines of one event, each with its end; empty: it is no turn in anybody's life. `fleet`: the one after it, or a later one. */
export function overwatchLines(sequenced: Sequenced, fleet: Fleet): string {
  const lines = linesOf(sequenced, fleet);
  const day = sequenced.event.at.slice(0, 10);
  return lines
    .map(({ text }, index) => {
      const part = lines.length === 1 ? '' : ` ${index + 1}/${lines.length}`;
      return `${day} ${text.trimEnd()} #${sequenced.seq}${part}\n`;
    })
    .join('');
}

/** A line of the log about itself: up to `seq` everything is told, or never will be. `at`: ISO 8601. */
export const noteLine = (at: string, words: string, seq: number): string =>
  `${at.slice(0, 10)} [${at.slice(11, 19)}] ${words} #${seq}\n`;

/** The event that a line, without its end, belongs to, and whether it is the last of it; null: it is no whole line. */
export function placeOf(line: string): { readonly seq: number; readonly isLast: boolean } | null {
  const match = / #(\d{1,15})(?: (\d+)\/(\d+))?$/.exec(line);
  return match === null ? null : { seq: Number(match[1]), isLast: match[2] === match[3] };
}
