/** What is to be done for an agent at a moment. One moment an agent; an earlier one is forgotten. */
import { longTimer } from '../long-timer.ts';

export class Moments {
  readonly #timers = new Map<string, () => void>();
  #closed = false;

  has(agentId: string): boolean {
    return this.#timers.has(agentId);
  }

  at(agentId: string, milliseconds: number, work: () => void): void {
    this.forget(agentId);
    const cancel = longTimer(milliseconds, () => {
      this.#timers.delete(agentId);
      if (!this.#closed) work();
    });
    this.#timers.set(agentId, cancel);
  }

  forget(agentId: string): void {
    this.#timers.get(agentId)?.();
    this.#timers.delete(agentId);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}
