/** The files of the journal: `00000001.jsonl`, named after the first sequence number each may hold. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const segmentName = /^(\d{8,})\.jsonl$/;

export interface Segment {
  readonly path: string;
  readonly firstSeq: number;
}

export const segmentPath = (folder: string, firstSeq: number): string =>
  join(folder, `${String(firstSeq).padStart(8, '0')}.jsonl`);

/** Oldest first. */
export function listSegments(folder: string): Segment[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const match = segmentName.exec(name);
      return match === null ? [] : [{ path: join(folder, name), firstSeq: Number(match[1]) }];
    })
    .sort((a, b) => a.firstSeq - b.firstSeq);
}
