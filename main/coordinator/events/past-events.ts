/**
 * Events of before the hub's memory, read from the journal's files: for a client that was away for longer, or across a
 * restart. The journal may be written to meanwhile, so nothing is judged or changed here, and only what is durable is taken.
 */
import { createReadStream } from 'node:fs';
import type { Sequenced } from '../../../protocol/events.ts';
import { toldEvent } from '../../../protocol/told-event.ts';
import { decodeLine } from '../ledger/journal-line.ts';
import { listSegments } from '../ledger/segments.ts';

/** Who missed more is better served with a snapshot. */
export const mostPastEvents = 10_000;

interface Reading {
  readonly since: number;
  readonly events: Promise<readonly Sequenced[] | null>;
}

export class PastEvents {
  readonly #folder: string;
  readonly #durable: () => number;
  #reading: Reading | null = null;

  /** `durable` tells the number of the last event that is durable. */
  constructor(folder: string, durable: () => number) {
    this.#folder = folder;
    this.#durable = durable;
  }

  /**
   * Every event after `since` up to what was durable when the reading began, as clients are told it; null when they are too many,
   * not in the journal any more (retention), or not readable: a snapshot is the answer then. Never rejects.
   */
  async since(since: number): Promise<readonly Sequenced[] | null> {
    // After a restart all clients ask at once, for about the same: one reading serves them all.
    while (this.#reading !== null && this.#reading.since > since) await this.#reading.events;
    const reading = (this.#reading ??= this.#begin(since));
    const events = await reading.events;
    return events?.filter(({ seq }) => seq > since) ?? null;
  }

  #begin(since: number): Reading {
    const upTo = this.#durable();
    const isAsked = since <= upTo && upTo - since <= mostPastEvents;
    const events = (isAsked ? readPast(this.#folder, since, upTo) : Promise.resolve(null))
      .catch(() => null) // A segment that was removed under our eyes, or a disk in trouble: the fleet itself is at hand.
      .finally(() => {
        this.#reading = null;
      });
    return { since, events };
  }
}

async function readPast(folder: string, since: number, upTo: number): Promise<readonly Sequenced[] | null> {
  const segments = listSegments(folder);
  const start = segments.findLastIndex(({ firstSeq }) => firstSeq <= since + 1);
  if (start === -1) return null;
  const events: Sequenced[] = [];
  let last = since;
  for (const [index, { path }] of segments.slice(start).entries()) {
    // A retired segment may hold records that were never acknowledged: their numbers were given again in the next one.
    const end = Math.min(upTo, (segments[start + index + 1]?.firstSeq ?? Number.POSITIVE_INFINITY) - 1);
    for await (const line of linesOf(path)) {
      if (last >= end) break;
      if (numberOf(line) !== last + 1) continue;
      const event = decodeLine(line.toString('utf8'));
      if (event === null) continue;
      events.push({ seq: event.seq, event: toldEvent(event.event) });
      last += 1;
    }
  }
  return last === upTo ? events : null;
}

/** Lines as they are on the disk, without their ends; a last one without an end is none. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let to = chunk.indexOf(0x0a); to !== -1; from = to + 1, to = chunk.indexOf(0x0a, from)) {
      const end = chunk.subarray(from, to);
      yield rest.length === 0 ? end : Buffer.concat([...rest, end]);
      rest = [];
    }
    if (from < chunk.length) rest.push(chunk.subarray(from));
  }
}

/** Cheap: most lines of a segment are not asked for. NaN for what is no record. */
const numberOf = (line: Buffer): number => Number(/^v1 (\d+) /.exec(line.toString('latin1', 0, 24))?.[1]);
