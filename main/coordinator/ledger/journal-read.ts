/**
 * Reads the journal's segments back, and tells three things apart:
 * - a torn tail: the newest segment ends in something that was never acknowledged. It is cut, and kept aside. A base is no
 *   tail: it was whole before it had its name.
 * - a retired end: a segment that could not be synced was given up, and the next one begins at the record that failed. What
 *   the old one holds from there on was never acknowledged, its numbers were given again, so it counts for nothing.
 * - damage: everything else that is not whole. It is said with file and offset, and nothing is changed.
 */
import { closeSync, openSync, readFileSync, readSync, truncateSync, writeFileSync } from 'node:fs';
import type { FleetSnapshot, Sequenced } from '../../../protocol/events.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { baseMark, decodeBase, decodeLine } from './journal-line.ts';
import { listSegments, type Segment } from './segments.ts';

export interface JournalReader {
  /** Every event after `afterSeq` (or after the base), in order. */
  event(event: Sequenced): void;
  /** The fleet that reading begins with, where `afterSeq` is older than what the journal still has. */
  base(snapshot: FleetSnapshot): void;
  /** How far the journal went: for each segment, record and base that is read, also before `afterSeq`. */
  reached?(seq: number): void;
}

/** Settles with the last sequence number of the journal; STORAGE_UNAVAILABLE is damage (`details.reason`: `journal_damaged`). */
export function readJournal(folder: string, afterSeq: number, reader: JournalReader): Result<number> {
  const segments = listSegments(folder);
  const start = startOf(segments, afterSeq);
  const position = { last: afterSeq };
  for (const [index, segment] of segments.slice(start).entries()) {
    // What the next segment begins with, this one no longer owes.
    const owes = (segments[start + index + 1]?.firstSeq ?? Number.POSITIVE_INFINITY) - 1;
    const read = readSegment(segment, owes, position, reader);
    if (!read.ok) return read;
  }
  return ok(position.last);
}

/** The records of all segments as far as they can be read, for looking something up. Nothing is judged or changed. */
export function scanJournal(folder: string, each: (event: Sequenced) => void): void {
  for (const { path } of listSegments(folder)) {
    const bytes = readFileSync(path);
    for (let from = 0, to = bytes.indexOf(0x0a); to !== -1; from = to + 1, to = bytes.indexOf(0x0a, from)) {
      const event = decodeLine(bytes.toString('utf8', from, to));
      if (event !== null) each(event);
    }
  }
}

/** The segment that holds the next record, or the newest base where that is further on or the record is gone. */
function startOf(segments: readonly Segment[], afterSeq: number): number {
  const next = segments.findLastIndex(({ firstSeq }) => firstSeq <= afterSeq + 1);
  return Math.max(next, segments.findLastIndex(beginsWithBase), 0);
}

/** Whether its first line is a whole fleet. Throws the system's error when it cannot be read. */
export function beginsWithBase({ path }: Segment): boolean {
  const fd = openSync(path, 'r');
  try {
    const head = Buffer.alloc(baseMark.length);
    return readSync(fd, head, 0, head.length, 0) === head.length && head.equals(baseMark);
  } finally {
    closeSync(fd);
  }
}

function readSegment(
  { path, firstSeq }: Segment,
  owes: number,
  position: { last: number },
  reader: JournalReader,
): Result<void> {
  const bytes = readFileSync(path);
  reader.reached?.(firstSeq - 1);
  for (let offset = 0; offset < bytes.length;) {
    const newline = bytes.indexOf(0x0a, offset);
    const line = newline === -1 ? null : bytes.toString('utf8', offset, newline);
    if (line === null || !take(line, offset === 0, firstSeq, owes, position, reader)) {
      if (position.last >= owes) return ok(undefined); // A retired end.
      if (Number.isFinite(owes) || position.last < firstSeq - 1) return damaged(path, offset);
      if (!mayBeTorn(bytes, offset, line) || hasGoodRecordAfter(bytes, offset)) return damaged(path, offset);
      return cutTail(path, bytes, offset);
    }
    offset = newline + 1;
  }
  // The newest owes nothing, but what it begins after must have been there: in segments before it, or in its base.
  const owed = Number.isFinite(owes) ? owes : firstSeq - 1;
  return position.last >= owed ? ok(undefined) : damaged(path, bytes.length);
}

/** A base never was, and a whole record that is not the next one neither: others before it are missing. */
function mayBeTorn(bytes: Buffer, offset: number, line: string | null): boolean {
  const isBase = offset === 0 && bytes.subarray(0, baseMark.length).equals(baseMark);
  return !isBase && (line === null || decodeLine(line) === null);
}

/** False: the line is not what must stand there. */
function take(
  line: string,
  isFirst: boolean,
  firstSeq: number,
  owes: number,
  position: { last: number },
  reader: JournalReader,
): boolean {
  const event = decodeLine(line);
  if (event === null) return isFirst && takeBase(line, firstSeq, position, reader);
  if (event.seq > position.last + 1) return false;
  if (event.seq <= owes) reader.reached?.(event.seq);
  if (event.seq === position.last + 1 && event.seq <= owes) {
    reader.event(event);
    position.last = event.seq;
  }
  return true;
}

function takeBase(line: string, firstSeq: number, position: { last: number }, reader: JournalReader): boolean {
  const snapshot = decodeBase(line);
  if (snapshot === null || snapshot.seq !== firstSeq - 1) return false;
  reader.reached?.(snapshot.seq);
  if (snapshot.seq > position.last) {
    reader.base(snapshot);
    position.last = snapshot.seq;
  }
  return true;
}

function damaged(path: string, offset: number): Result<never> {
  return fail(
    'STORAGE_UNAVAILABLE',
    `The journal is damaged: ${path} at byte ${offset}, and it is no torn end. Nothing was changed. Restore the file from a backup, or move the root folder aside to start anew.`,
    { reason: 'journal_damaged', file: path, offset },
  );
}

function hasGoodRecordAfter(bytes: Buffer, from: number): boolean {
  for (let at = bytes.indexOf(0x0a, from); at !== -1 && at + 1 < bytes.length; at = bytes.indexOf(0x0a, at + 1)) {
    const end = bytes.indexOf(0x0a, at + 1);
    if (end !== -1 && decodeLine(bytes.toString('utf8', at + 1, end)) !== null) return true;
  }
  return false;
}

function cutTail(path: string, bytes: Buffer, offset: number): Result<void> {
  writeFileSync(`${path}.torn-${offset}-${bytes.length}`, bytes.subarray(offset), { mode: 0o600 });
  truncateSync(path, offset);
  return ok(undefined);
}
