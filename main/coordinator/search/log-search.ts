/** Looks through one log from its end to its beginning, a piece at a time. */
import type { FileHandle } from 'node:fs/promises';
import type { LogHit } from '../../../protocol/search.ts';
import { openLog } from '../root/log-file.ts';
import type { Allowance } from './allowance.ts';
import { excerptOf } from './excerpt.ts';
import { longestBytes, needleOf } from './needle.ts';

/** A millisecond of work between two reads, in which everything else has its turn. */
const pieceBytes = 256 * 1024;
/** Around a piece, so that what lies on its border is whole. */
const marginBytes = 512;
/** Of one log; a gigabyte of one agent must not take the place of all others. Its own viewer searches all of it. */
const mostOfOne = 64 * 1024 * 1024;
const mostHits = 3;

export interface LogSearched {
  /** The newest first. */
  readonly hits: readonly Omit<LogHit, 'agent_id'>[];
  /** Bytes at its beginning that were not looked at, where there may be more. */
  readonly unread: number;
}

/** null: it is not a log that may be read. A log that does not exist has nothing in it. */
export async function searchLog(path: string, text: string, allowance: Allowance): Promise<LogSearched | null> {
  const opened = await openLog(path);
  if (!opened.ok) return null;
  if (opened.value === null) return { hits: [], unread: 0 };
  const file = opened.value;
  try {
    return await searchBackwards(file, text, allowance);
  } finally {
    await file.close();
  }
}

async function searchBackwards(file: FileHandle, text: string, allowance: Allowance): Promise<LogSearched> {
  const { size } = await file.stat();
  const needle = needleOf(text);
  const overlap = longestBytes(text);
  const least = Math.max(0, size - mostOfOne);
  const hits: Omit<LogHit, 'agent_id'>[] = [];
  const buffer = Buffer.allocUnsafe(pieceBytes + 2 * (marginBytes + overlap));
  let end = size;
  while (end > least && hits.length < mostHits && allowance.over === null) {
    const start = Math.max(0, end - pieceBytes);
    const from = Math.max(0, start - marginBytes);
    const length = Math.min(size, end + overlap + marginBytes) - from;
    const { bytesRead } = await file.read(buffer, 0, length, from);
    allowance.take(bytesRead);
    const bytes = buffer.subarray(0, bytesRead);
    const found = placesIn(bytes, needle, start - from, end - from);
    for (const [at, to] of found.toReversed().slice(0, mostHits - hits.length)) {
      hits.push({ offset: from + at, text: excerptOf(bytes, at, to) });
    }
    end = start;
  }
  // Who has enough of a log does not miss what is before.
  return { hits, unread: hits.length >= mostHits ? 0 : end };
}

/** Matches that begin in [from, to): one a line, its first. */
function placesIn(bytes: Buffer, needle: RegExp, from: number, to: number): readonly (readonly [number, number])[] {
  const text = bytes.toString('latin1');
  const places: [number, number][] = [];
  needle.lastIndex = from;
  for (let match = needle.exec(text); match !== null && match.index < to; match = needle.exec(text)) {
    const end = match.index + match[0].length;
    places.push([match.index, end]);
    const feed = bytes.indexOf(0x0a, end);
    if (feed === -1) break;
    needle.lastIndex = feed + 1;
  }
  return places;
}
