/** Reads the journal's segments back, telling a torn tail (cut it, keep it aside) from damage (say it, touch nothing). */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sequenced } from '../../../protocol/events.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { decodeLine } from './journal-line.ts';

/** `00000001.jsonl`: named after the first sequence number it holds. */
const segmentName = /^(\d{8,})\.jsonl$/;

export interface Segment {
  readonly path: string;
  readonly firstSeq: number;
}

export const segmentPath = (folder: string, firstSeq: number): string =>
  join(folder, `${String(firstSeq).padStart(8, '0')}.jsonl`);

export function listSegments(folder: string): Segment[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const match = segmentName.exec(name);
      return match === null ? [] : [{ path: join(folder, name), firstSeq: Number(match[1]) }];
    })
    .sort((a, b) => a.firstSeq - b.firstSeq);
}

/**
 * Feeds every event after `afterSeq` to `each`, in order, and returns the last sequence number of the journal.
 * A torn tail is cut from its file and kept beside it. Damage before good records is a failure that names file and offset.
 */
export function readJournal(folder: string, afterSeq: number, each: (event: Sequenced) => void): Result<number> {
  const segments = listSegments(folder);
  const start = segments.findLastIndex(({ firstSeq }) => firstSeq <= afterSeq + 1);
  let last = afterSeq;
  for (const [index, segment] of segments.slice(Math.max(start, 0)).entries()) {
    const isNewest = Math.max(start, 0) + index === segments.length - 1;
    const read = readSegment(segment, isNewest, (event) => {
      if (event.seq > last + 1) return false;
      if (event.seq === last + 1) {
        each(event);
        last = event.seq;
      }
      return true;
    });
    if (!read.ok) return read;
  }
  return ok(last);
}

function readSegment({ path }: Segment, isNewest: boolean, accept: (event: Sequenced) => boolean): Result<void> {
  const bytes = readFileSync(path);
  let offset = 0;
  while (offset < bytes.length) {
    const newline = bytes.indexOf(0x0a, offset);
    const event = newline === -1 ? null : decodeLine(bytes.toString('utf8', offset, newline));
    if (event === null || !accept(event)) {
      if (isNewest && !hasGoodRecordAfter(bytes, offset)) return cutTail(path, bytes, offset);
      return fail(
        'STORAGE_UNAVAILABLE',
        `The journal is damaged: ${path} at byte ${offset}, with good records after it. Nothing was changed. Restore the file from a backup, or move the root folder aside to start anew.`,
        { reason: 'journal_damaged', file: path, offset },
      );
    }
    offset = newline + 1;
  }
  return ok(undefined);
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
