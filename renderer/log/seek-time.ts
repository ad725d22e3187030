/** Finds the place of a time in a log of any size, by halving: some twenty short reads for a gigabyte. */
import type { LogPiece } from '../../clients/typescript/log-range.ts';
import { lineTime } from './line-time.ts';
import { cutLines, skipCutLine } from './log-lines.ts';
import { withoutEscapes } from './search.ts';

export interface SeekSource {
  /** null: it cannot be read. */
  readonly read: (start: number, end: number) => Promise<LogPiece | null>;
  readonly total: number;
  readonly pieceBytes: number;
}

interface TimedLine {
  readonly offset: number;
  readonly time: number;
}

/** Pieces without any time that are passed over at one place. */
const maxPassed = 16;

/** Offset of the first line at or after `time` (ms since the epoch); the last line with a time if all are earlier; null when none tells one. */
export async function seekTime(source: SeekSource, time: number): Promise<number | null> {
  let low = 0;
  let high = source.total;
  let earlier: TimedLine | null = null;
  let later: TimedLine | null = null;
  while (high - low > source.pieceBytes) {
    const middle = Math.floor((low + high) / 2);
    const found = await firstTimed(source, middle, high);
    if (found === null) {
      high = middle;
    } else if (found.time < time) {
      earlier = found;
      low = Math.max(found.offset, middle + 1);
    } else {
      later = found;
      high = middle;
    }
  }
  const inside = await timedLines(source, low, Math.min(source.total, high + source.pieceBytes));
  const first = inside.find((line) => line.time >= time) ?? later;
  return (first ?? inside.at(-1) ?? earlier)?.offset ?? null;
}

async function firstTimed(source: SeekSource, from: number, until: number): Promise<TimedLine | null> {
  for (let at = from, passed = 0; at < until && passed < maxPassed; at += source.pieceBytes, passed++) {
    const [first] = await timedLines(source, at, at + source.pieceBytes);
    if (first !== undefined) return first;
  }
  return null;
}

async function timedLines(source: SeekSource, start: number, end: number): Promise<TimedLine[]> {
  const piece = await source.read(start, Math.min(end, source.total));
  if (piece === null) return [];
  const skipped = start === 0 ? 0 : skipCutLine(piece.bytes);
  return cutLines(piece.bytes.subarray(skipped), piece.start + skipped, false).lines.flatMap(
    ({ offset, text, continued }) => {
      const time = continued ? null : lineTime(withoutEscapes(text));
      return time === null ? [] : [{ offset, time }];
    },
  );
}
