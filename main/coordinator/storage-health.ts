/**
 * What of the coordinator's storage does not work at present. Trouble is told in words that hold no path and no secret,
 * because `GET /health` says them to anybody on this machine.
 */
import type { Degradation } from '../../protocol/api.ts';
import type { Clock } from './clock.ts';

export class StorageHealth {
  readonly #clock: Clock;
  readonly #log: (line: string) => void;
  readonly #troubles = new Map<Degradation['part'], Degradation>();
  readonly #listeners = new Set<() => void>();

  constructor(clock: Clock, log: (line: string) => void) {
    this.#clock = clock;
    this.#log = log;
  }

  /** What is in trouble, oldest first; empty is healthy. */
  get degraded(): readonly Degradation[] {
    return [...this.#troubles.values()];
  }

  isDegraded(part: Degradation['part']): boolean {
    return this.#troubles.has(part);
  }

  /** Called again for the same trouble it keeps the time of the first. */
  trouble(part: Degradation['part'], message: string): void {
    const known = this.#troubles.get(part);
    if (known?.message === message) return;
    this.#troubles.set(part, { part, since: known?.since ?? this.#clock.now(), message });
    if (known === undefined) this.#log(`degraded: ${part}: ${message}`);
    this.#tell();
  }

  wellAgain(part: Degradation['part']): void {
    const known = this.#troubles.get(part);
    if (known === undefined) return;
    this.#troubles.delete(part);
    this.#log(`${part} works again, after trouble since ${known.since}`);
    this.#tell();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** "ENOSPC: no space left on device", without the path that Node's message ends with. */
export function errorWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /(E[A-Z0-9]+: [^,]+)/.exec(message)?.[1] ?? message;
}
