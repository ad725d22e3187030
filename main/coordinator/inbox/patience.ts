/** A file that cannot be read yet may still be being written. How long it is waited for. */
import type { Clock } from '../clock.ts';

/** Unchanged for this long, it is taken as finished. A writer may rest for some seconds; who wrote something broken can wait. */
const settledAfterMs = 5000;
/** However busy its writer, no longer than this. */
const longestWaitMs = 30_000;

interface Seen {
  readonly first: number;
  readonly changed: number;
  readonly mark: string;
}

export class Patience {
  readonly #clock: Clock;
  readonly #seen = new Map<string, Seen>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True once the file will not become readable by waiting. */
  isOver(name: string, mark: string): boolean {
    const now = this.#clock.monotonic();
    const seen = this.#seen.get(name) ?? { first: now, changed: now, mark };
    const changed = seen.mark === mark ? seen.changed : now;
    this.#seen.set(name, { first: seen.first, changed, mark });
    return now - changed >= settledAfterMs || now - seen.first >= longestWaitMs;
  }

  /** Forgets all files but these. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name);
  }
}
