/**
 * Past events, page by page: from memory where they are still at hand, else from the journal's files. A page reads a
 * bounded number of records and gives other work its turn in between, so that nobody waits for whoever reads history.
 */
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { EventPage } from '../../../protocol/event-page.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { toldEvent } from '../../../protocol/told-event.ts';
import { baseMark, decodeLine } from '../ledger/journal-line.ts';
import { listSegments, type Segment } from '../ledger/segments.ts';
import type { EventHub } from './hub.ts';

/** Records that one page looks at, at most; who filters sharply asks on with `next_since`. */
const recordsPerPage = 50_000;
/** A few milliseconds of work. */
const recordsPerTurn = 500;

export interface EventQuery {
  readonly since: number;
  readonly limit: number;
  /** The event as the caller may see it; null: it is none of its business. Asked about each once, in order. */
  readonly see: (event: Sequenced) => Sequenced | null;
}

export interface JournalPagesOptions {
  readonly folder: string;
  readonly hub: EventHub;
  /** The last durable sequence number: what lies behind it on the disk has not happened yet. */
  readonly last: () => number;
}

export class JournalPages {
  readonly #options: JournalPagesOptions;

  constructor(options: JournalPagesOptions) {
    this.#options = options;
  }

  async read(query: EventQuery): Promise<EventPage> {
    const { hub, last } = this.#options;
    const page = new Page(query, last());
    const atHand = hub.since(query.since, last());
    if (atHand === null && query.since < last()) await this.#fromFiles(page);
    else for (const event of atHand ?? []) if (!page.take(event)) break;
    return page.done();
  }

  async #fromFiles(page: Page): Promise<void> {
    const segments = listSegments(this.#options.folder);
    const start = segments.findLastIndex(({ firstSeq }) => firstSeq <= page.next);
    if (start === -1) page.skipTo((segments[0]?.firstSeq ?? page.last + 1) - 1);
    for (const [index, segment] of segments.entries()) {
      if (index < start) continue;
      // A segment that was given up holds records whose numbers the next one gives again.
      const owes = (segments[index + 1]?.firstSeq ?? Number.POSITIVE_INFINITY) - 1;
      if (!(await readSegment(segment, owes, page))) return;
    }
  }
}

/** False: the page is full. */
async function readSegment({ path, firstSeq }: Segment, owes: number, page: Page): Promise<boolean> {
  const bytes = await readFile(path);
  let looked = 0;
  for (let from = 0, to = bytes.indexOf(0x0a); to !== -1; from = to + 1, to = bytes.indexOf(0x0a, from)) {
    // What a base stands for may be in no file any more.
    if (from === 0 && bytes.subarray(0, baseMark.length).equals(baseMark)) {
      page.skipTo(firstSeq - 1);
      continue;
    }
    const event = decodeLine(bytes.toString('utf8', from, to));
    if (event === null) return true; // A torn or retired end.
    if (event.seq <= owes && event.seq === page.next && !page.take(event)) return false;
    looked += 1;
    if (looked % recordsPerTurn === 0) await turn();
  }
  return true;
}

/** What one answer will hold. */
class Page {
  readonly last: number;
  readonly #query: EventQuery;
  readonly #events: Sequenced[] = [];
  #at: number;
  #looked = 0;
  #isGap = false;

  constructor(query: EventQuery, last: number) {
    this.#query = query;
    this.#at = query.since;
    this.last = last;
  }

  /** The sequence number that must come next. */
  get next(): number {
    return this.#at + 1;
  }

  skipTo(seq: number): void {
    if (seq <= this.#at) return;
    this.#at = seq;
    this.#isGap = true;
  }

  /** False: no more is taken. */
  take(sequenced: Sequenced): boolean {
    if (sequenced.seq > this.last) return false;
    this.#at = sequenced.seq;
    this.#looked += 1;
    const seen = this.#query.see(sequenced);
    if (seen !== null) this.#events.push({ seq: seen.seq, event: toldEvent(seen.event) });
    return this.#events.length < this.#query.limit && this.#looked < recordsPerPage;
  }

  done(): EventPage {
    return {
      events: this.#events,
      next_since: this.#at,
      last_seq: this.last,
      is_complete: this.#at >= this.last,
      is_gap: this.#isGap,
    };
  }
}
