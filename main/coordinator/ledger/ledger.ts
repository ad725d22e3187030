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
    const steps = events.map((event) => {
      const sequenced: Sequenced = { seq: this.#pending.seq + 1, event };
      this.#pending = fleet(this.#pending, sequenced);
      return { sequenced, after: this.#pending };
    });
    try {
      await this.#journal.append(steps.map(({ sequenced }) => sequenced));
    } catch (error) {
      this.#pending = this.#current;
      throw error;
    }
    // The journal settles appends in their order, so `current` goes through the very states that `pending` went through.
    for (const { sequenced, after } of steps) {
      this.#current = after;
      this.#hub.publish(sequenced);
    }
  }
}
