/**
 * Journal, fleet and hub as one thing: `commit` gives events their place, and when they are durable folds them into the
 * fleet and publishes them. Decisions are made on `pending`, which already holds what is still on its way to the disk,
 * so two requests of the same instant see each other; answers are given on `current`, which holds only what is durable.
 */
import type { Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { type Fleet, fleet } from '../../../protocol/fleet.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import type { EventHub } from '../events/hub.ts';
import { type Journal, JournalError } from './journal.ts';

export class Ledger {
  readonly #journal: Journal;
  readonly #hub: EventHub;
  readonly #onTrouble: (error: JournalError) => void;
  #current: Fleet;
  #pending: Fleet;
  /** Counts failures: events that were planned before the last one have been forgotten with it. */
  #epoch = 0;
  /** Of the last that was appended; those before it are settled when it is. */
  #last: Promise<void> = Promise.resolve();
  #whenWritable: { readonly promise: Promise<void>; readonly resolve: () => void } | null = null;

  /** `onTrouble` hears of each append that the disk refused. */
  constructor(
    start: Fleet,
    journal: Journal,
    hub: EventHub,
    onTrouble: (error: JournalError) => void = () => undefined,
  ) {
    this.#current = start;
    this.#pending = start;
    this.#journal = journal;
    this.#hub = hub;
    this.#onTrouble = onTrouble;
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
    const epoch = this.#epoch;
    const steps = events.map((event) => {
      const sequenced: Sequenced = { seq: this.#pending.seq + 1, event };
      this.#pending = fleet(this.#pending, sequenced);
      return { sequenced, after: this.#pending };
    });
    const appended = this.#journal.append(steps.map(({ sequenced }) => sequenced));
    if (steps.length > 0) this.#last = appended;
    try {
      await appended;
    } catch (error) {
      this.#forget(epoch, error);
      throw error;
    }
    // The journal settles appends in their order, so `current` goes through the very states that `pending` went through.
    for (const { sequenced, after } of steps) {
      this.#current = after;
      this.#hub.publish(sequenced);
    }
    this.#whenWritable?.resolve();
    this.#whenWritable = null;
  }

  /**
   * For what has happened whether or not the disk takes it (an exit, say): tried again each time the journal can be written,
   * until it is durable. Rejects only when that will never be: the journal is closed or read-only.
   */
  async commitFact(events: readonly ZiggieEvent[]): Promise<void> {
    for (;;) {
      try {
        await this.commit(events);
        return;
      } catch (error) {
        if (!(error instanceof JournalError) || this.#journal.isFinal) throw error;
      }
      await this.whenWritable();
    }
  }

  /** Settles when what is pending by now is durable; rejects with JournalError when the disk refused some of it. */
  whenDurable(): Promise<void> {
    return this.#last;
  }

  /** Settles when the journal has taken something after its last refusal; at once where nothing is wrong. */
  whenWritable(): Promise<void> {
    if (this.#journal.failure === null) return Promise.resolve();
    if (this.#whenWritable === null) {
      let resolve = (): void => undefined;
      const promise = new Promise<void>((settle) => {
        resolve = settle;
      });
      this.#whenWritable = { promise, resolve };
    }
    return this.#whenWritable.promise;
  }

  /** Null, or why nothing will ever be written again: the journal is closed or damaged. */
  get closed(): JournalError | null {
    if (!this.#journal.isFinal) return null;
    return this.#journal.failure ?? new JournalError('the journal is closed');
  }

  /** Begins a journal segment that holds everything so far, and settles with the number that names it. */
  rebase(): Promise<number> {
    return this.#journal.rebase(() => toSnapshot(this.#current));
  }

  /** Once for each failure: a later commit may have been planned already on what is left. */
  #forget(epoch: number, error: unknown): void {
    if (epoch === this.#epoch) {
      this.#epoch += 1;
      this.#pending = this.#current;
    }
    if (error instanceof JournalError) this.#onTrouble(error);
  }
}
