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
  readonly #looks = new Set<Look>();
  #isDue = false;

  constructor(fleet: () => Fleet) {
    this.#fleet = fleet;
  }

  /** How many wait at present. */
  get waiting(): number {
    return this.#looks.size;
  }

  /** Settles with what `look` finds, at once if it does already; with null when patience ends first. */
  until<T>(look: (fleet: Fleet) => T | null, { timeoutMs, signal }: Patience): Promise<T | null> {
    const found = look(this.#fleet());
    if (found !== null || timeoutMs <= 0 || signal?.aborted === true) return Promise.resolve(found);
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
      this.#looks.add(again);
    });
  }

  onEvent(): void {
    if (this.#isDue || this.#looks.size === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      for (const look of [...this.#looks]) look();
    });
  }
}
