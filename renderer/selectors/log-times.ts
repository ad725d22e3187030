/** The times that rows of a log tell, for the ruler beside them. */
import { lineTime } from '../log/line-time.ts';
import type { LogLine } from '../log/log-window.ts';
import { withoutEscapes } from '../log/search.ts';
import { clockTime } from './format.ts';

/** Looked at once for each row. */
const known = new WeakMap<LogLine, number | null>();

function ownTime(line: LogLine | undefined): number | null {
  if (line === undefined || line.continued) return null;
  const before = known.get(line);
  if (before !== undefined) return before;
  const time = lineTime(withoutEscapes(line.text));
  known.set(line, time);
  return time;
}

/** Rows that are looked at for a time before a row without one. */
const maxLookBack = 200;

/** The time that holds at a row: its own, or that of the nearest row above with one. */
export function timeAt(lines: readonly LogLine[], index: number): number | null {
  for (let at = index; at >= Math.max(0, index - maxLookBack); at--) {
    const time = ownTime(lines[at]);
    if (time !== null) return time;
  }
  return null;
}

/** Time of day for the ruler, where it is another second than above. */
export function rulerTime(lines: readonly LogLine[], index: number): string | null {
  const time = ownTime(lines[index]);
  if (time === null) return null;
  const above = index === 0 ? null : timeAt(lines, index - 1);
  const text = timeOfDay(time);
  return above !== null && timeOfDay(above) === text ? null : text;
}

const timeOfDay = (time: number): string => clockTime(new Date(time).toISOString(), time);

/** Some of the rows tell a time: worth a ruler. */
export function tellsTimes(lines: readonly LogLine[]): boolean {
  const step = Math.max(1, Math.floor(lines.length / maxLookBack));
  return lines.some((line, at) => at % step === 0 && ownTime(line) !== null);
}
