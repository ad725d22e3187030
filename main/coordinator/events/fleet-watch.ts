/**
 * Waiting for something to be true of the whole fleet, on durable facts only. However many events come in one turn of the
 * event loop, each waiter looks once.
 */
import type { Fleet } from '../../../protocol/fleet.ts';
import { longTimer } from '../long-timer.ts';

export interface Patience {
  readonly timeoutMs: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

type Look = () => void;

export class FleetWatch {
  readonly #fleet: () => Fleet;
  /** Who waits, and how each is let go. */
  readonly #looks = new Map<Look, () => void>();
  #closed = false;
  #isDue = false;

  constructor(fleet: () => Fleet) {
    this.#fleet = fleet;
  }

  /** How many wait at present. */
  get waiting(): number {
    return this.#looks.size;
  }

  /** No more is waited for: the coordinator stops, and what a waiter sees is not the end of its time. */
  get isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    for (const giveUp of [...this.#looks.values()]) giveUp();
  }

  /** Settles with what `look` finds, at once if it does already; with null when patience ends first, or the coordinator stops. */
  until<T>(look: (fleet: Fleet) => T | null, { timeoutMs, signal }: Patience): Promise<T | null> {
    const found = look(this.#fleet());
    if (found !== null || timeoutMs <= 0 || this.isClosed || signal?.aborted === true) return Promise.resolve(found);
    return new Promise((resolve) => {
      const end = (value: T | null): void => {
        this.#looks.delete(again);
        cancel();
        signal?.removeEventListener('abort', giveUp);
        resolve(value);
      };
      const again: Look = () => {
        const value = look(this.#fleet());
        if (value !== null) end(value);
      };
      const giveUp = (): void => end(null);
      const cancel = longTimer(timeoutMs, giveUp);
      signal?.addEventListener('abort', giveUp, { once: true });
      this.#looks.set(again, giveUp);
    });
  }

  onEvent(): void {
    if (this.#isDue || this.#looks.size === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      for (const look of [...this.#looks.keys()]) look();
    });
  }
}
