/**
 * A disk that has room for a line of the journal may have none for an agent's files. Then requests are refused as well, and
 * whether there is room again is tried with a file of that size.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { errorWords, type StorageHealth } from '../storage-health.ts';
import { replaceFileDurably } from './atomic-file.ts';

const tryEveryMs = 1000;
/** A prompt of usual size. */
const probe = ' '.repeat(8192);

export class RunsWatch {
  readonly #folder: string;
  readonly #health: StorageHealth;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** `folder`: where the files of new agents go. */
  constructor(folder: string, health: StorageHealth) {
    this.#folder = folder;
    this.#health = health;
  }

  onTrouble(error: unknown): void {
    if (this.#closed) return;
    this.#health.trouble(
      'runs',
      `The files of a new agent cannot be written (${errorWords(error)}). Requests are answered 503 and nothing is started until they can; agents go on. Free or mend the disk.`,
    );
    this.#timer ??= setTimeout(() => void this.#tryAgain(), tryEveryMs);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #tryAgain(): Promise<void> {
    this.#timer = null;
    const path = join(this.#folder, 'room-for-a-prompt');
    try {
      await replaceFileDurably(path, probe);
      rmSync(path, { force: true });
      this.#health.wellAgain('runs');
    } catch (error) {
      this.onTrouble(error); // Whatever it is by now (somebody removed the folder), there is no room for a prompt.
    }
  }
}
