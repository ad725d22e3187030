/**
 * Collects events, so that a chatting fleet redraws the page some times a second and not at every event. After a quiet
 * moment the first one is handed over at once.
 */
import type { Sequenced } from '../../protocol/events.ts';

/** Between two deliveries: still live to the eye, and five drawings a second however much happens. */
const defaultBatchMs = 200;

export class EventBatch {
  readonly #deliver: (events: readonly Sequenced[]) => void;
  readonly #waitMs: number;
  #held: Sequenced[] = [];
  #deliveredAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(deliver: (events: readonly Sequenced[]) => void, waitMs: number = defaultBatchMs) {
    this.#deliver = deliver;
    this.#waitMs = waitMs;
  }

  add(event: Sequenced): void {
    this.#held.push(event);
    const rest = Math.max(0, this.#deliveredAt + this.#waitMs - performance.now());
    this.#timer ??= setTimeout(() => this.flush(), rest);
  }

  /** Hands over what is held, now. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const events = this.#held;
    this.#held = [];
    if (events.length === 0) return;
    this.#deliveredAt = performance.now();
    this.#deliver(events);
  }
}
