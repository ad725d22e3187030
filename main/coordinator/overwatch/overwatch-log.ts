/**
 * `logs/overwatch.log`: every turn in the life of the fleet, one line each, in the journal's order and once. It follows the
 * journal and is nobody's truth: what a crash or a full disk kept from it is read from the journal later, and nothing waits for it.
 */
import type { EventPage } from '../../../protocol/event-page.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { noteLine, overwatchLines } from '../../../protocol/overwatch-line.ts';
import type { EventQuery } from '../events/journal-pages.ts';
import type { OverwatchFiles } from './overwatch-files.ts';

/** Events that come together are written together. */
const gatherMs = 50;
const firstRetryMs = 1000;
const longestRetryMs = 60_000;
const eventsPerPage = 1000;

export interface OverwatchLogOptions {
  readonly files: OverwatchFiles;
  /** Durable events only. */
  readonly pages: { read(query: EventQuery): Promise<EventPage> };
  readonly fleet: () => Fleet;
  readonly now: () => string;
  readonly log: (line: string) => void;
}

export class OverwatchLog {
  readonly #options: OverwatchLogOptions;
  /** Everything up to this event is written; null: not known. */
  #told: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #isAskedAgain = false;
  #retryMs = firstRetryMs;
  #isInTrouble = false;
  #isOpen = false;

  constructor(options: OverwatchLogOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#isOpen = true;
    this.onEvent();
  }

  /** Something became durable. Returns at once. */
  onEvent(): void {
    if (!this.#isOpen || this.#isInTrouble) return;
    if (this.#writing !== null) this.#isAskedAgain = true;
    else this.#later(gatherMs);
  }

  /** Writes what is still to be written, if the disk lets it; nothing more comes after it. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#writing;
    await this.#write();
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#writing = this.#write().finally(() => {
        this.#writing = null;
        if (!this.#isOpen) return;
        if (this.#isInTrouble) this.#later(this.#retryMs);
        else if (this.#isAskedAgain) this.#later(gatherMs);
        this.#isAskedAgain = false;
      });
    }, ms).unref();
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const { log } = this.#options;
    try {
      await this.#catchUp();
      if (this.#isInTrouble) log('overwatch.log is written again; what was missing in it has been added');
      this.#isInTrouble = false;
      this.#retryMs = firstRetryMs;
    } catch (error) {
      this.#told = null;
      this.#retryMs = this.#isInTrouble ? Math.min(longestRetryMs, this.#retryMs * 2) : firstRetryMs;
      if (!this.#isInTrouble) log(`overwatch.log cannot be written, agents are not concerned: ${String(error)}`);
      this.#isInTrouble = true;
    }
  }

  async #catchUp(): Promise<void> {
    const { files, pages, fleet, now } = this.#options;
    let told = this.#told ?? (await this.#begin());
    for (let isComplete = false; !isComplete;) {
      const at = fleet();
      const page = await pages.read({
        since: told,
        limit: eventsPerPage,
        see: (event) => (overwatchLines(event, at) === '' ? null : event),
      });
      const first = (page.events[0]?.seq ?? page.next_since + 1) - 1;
      const gap = page.is_gap ? noteLine(now(), 'Older events are not in the journal any more', first) : '';
      const text = gap + page.events.map((event) => overwatchLines(event, fleet())).join('');
      if (text !== '') await files.append(text);
      told = page.next_since;
      this.#told = told;
      isComplete = page.is_complete;
    }
  }

  async #begin(): Promise<number> {
    const { files, fleet, now } = this.#options;
    const told = await files.lastTold();
    if (told <= fleet().seq) return told;
    await files.append(noteLine(now(), 'The journal begins anew', 0));
    return 0;
  }
}
