/**
 * Journal, fleet and hub as one thing: `commit` gives events their place, and when they are durable folds them into the
 * fleet and publishes them. Decisions are made on `pending`, which already holds what is still on its way to the disk,
 * so two requests of the same instant see each other; answers are given on `current`, which holds only what is durable.
 */
import type { Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { type Fleet, fleet } from '../../../protocol/fleet.ts';
import type { EventHub } from '../events/hub.ts';
import type { Journal } from './journal.ts';

export class Ledger {
  readonly #journal: Journal;
  readonly #hub: EventHub;
  #current: Fleet;
  #pending: Fleet;

  constructor(start: Fleet, journal: Journal, hub: EventHub) {
    this.#current = start;
    this.#pending = start;
    this.#journal = journal;
    this.#hub = hub;
  }

  get current(): Fleet {
    return this.#current;
  }

  get pending(): Fleet {
    return this.#pending;
  }

  /**
   * Settles when the events are durable, folded in and published. Rejects with JournalError when the disk refused:
   * then none of them happened, and `pending` forgets them.
   */
  async commit(events: readonly ZiggieEvent[]): Promise<void> {
    const sequenced: Sequenced[] = events.map((event, index) => ({ seq: this.#pending.seq + index + 1, event }));
    this.#pending = sequenced.reduce(fleet, this.#pending);
    try {
      await this.#journal.append(sequenced);
    } catch (error) {
      this.#pending = this.#current;
      throw error;
    }
    for (const event of sequenced) {
      this.#current = fleet(this.#current, event);
      this.#hub.publish(event);
    }
  }
}
