/**
 * Notices when a journal that refused can be written again, without waiting for a request to find out: it writes down
 * that it could not. Until then every request is answered 503 and agents go on.
 */
import type { Clock } from '../clock.ts';
import { errorWords, type StorageHealth } from '../storage-health.ts';
import { JournalError } from './journal.ts';
import type { Ledger } from './ledger.ts';

const tryEveryMs = 1000;

export class JournalWatch {
  readonly #health: StorageHealth;
  readonly #clock: Clock;
  #ledger: Ledger | null = null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(health: StorageHealth, clock: Clock) {
    this.#health = health;
    this.#clock = clock;
  }

  follow(ledger: Ledger): void {
    this.#ledger = ledger;
  }

  /** Of the ledger: the disk refused an append. */
  onTrouble(error: JournalError): void {
    if (this.#closed) return;
    this.#health.trouble(
      'journal',
      `The journal cannot be written (${errorWords(error)}). Requests are answered 503 and nothing is started until it can; agents go on. Free or mend the disk.`,
    );
    this.#timer ??= setTimeout(() => void this.#tryAgain(), tryEveryMs);
  }

  /** Something is durable again. */
  onDurable(): void {
    this.#health.wellAgain('journal');
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #tryAgain(): Promise<void> {
    this.#timer = null;
    const since = this.#health.degraded.find(({ part }) => part === 'journal')?.since;
    if (this.#closed || since === undefined) return; // A request has shown already that it works.
    try {
      await this.#ledger?.commit([{ type: 'storage_recovered', at: this.#clock.now(), since }]);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error; // Else `onTrouble` has set the next try.
    }
  }
}
