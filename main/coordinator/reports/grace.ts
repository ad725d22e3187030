/** Time for a report that is written a moment after its agent's end, by what the agent left running. */
import { setTimeout as delay } from 'node:timers/promises';
import { readReport } from './report-file.ts';

const lookEveryMs = 50;

export interface GraceOptions {
  readonly path: string;
  /** Milliseconds since the epoch: an older file is none yet. */
  readonly writtenAfter: number | null;
  /** Milliseconds since the epoch; counted from the end of the agent, so that a restart of the coordinator adds nothing. */
  readonly until: number;
  readonly nowMs: () => number;
  /** False: nobody is left who could write it, or nobody waits any more. */
  readonly mayCome: () => Promise<boolean>;
}

/** Settles when the report is there, cannot come, or the time is up. */
export async function awaitReport({ path, writtenAfter, until, nowMs, mayCome }: GraceOptions): Promise<void> {
  while (!(await isThere(path, writtenAfter)) && nowMs() < until && (await mayCome())) await delay(lookEveryMs);
}

async function isThere(path: string, writtenAfter: number | null): Promise<boolean> {
  const file = await readReport(path);
  if (file.is !== 'read') return file.is === 'unusable';
  return file.markdown !== '' && (writtenAfter === null || file.writtenAt >= writtenAfter);
}
