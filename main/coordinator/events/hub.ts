/** Hands every durable event to everyone who listens: state files, sockets, tray, waiting requests. */
import type { Sequenced } from '../../../protocol/events.ts';

/** How many past events stay at hand for a client that was away for a moment. */
const keptEvents = 2000;

export class EventHub {
  readonly #listeners = new Set<(event: Sequenced) => void>();
  readonly #log: (line: string) => void;
  #kept: Sequenced[] = [];

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  subscribe(listener: (event: Sequenced) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  publish(event: Sequenced): void {
    this.#kept.push(event);
    if (this.#kept.length > 2 * keptEvents) this.#kept = this.#kept.slice(-keptEvents);
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // One listener's bug must not keep the event from the others.
        this.#log(`a listener failed on event ${event.seq}: ${String(error)}`);
      }
    }
  }

  /** Events after `since`, or null when they are no longer (or not yet) at hand. */
  since(since: number, current: number): readonly Sequenced[] | null {
    if (since === current) return [];
    const first = this.#kept[0];
    if (first === undefined || since < first.seq - 1 || since > current) return null;
    return this.#kept.filter(({ seq }) => seq > since);
  }
}
