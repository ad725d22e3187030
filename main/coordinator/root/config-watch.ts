/** Looks at config.json again when somebody may have changed it: soon after a hint of the system, and every two seconds. */
import { basename, dirname } from 'node:path';
import { FolderWatch } from '../inbox/folder-watch.ts';

/** The guarantee: hints may be missing. One look is one small file. */
const sweepMs = 2000;
/** An editor empties a file before it writes it; so long after the last hint it is done. */
const settleMs = 100;

export interface ConfigWatchOptions {
  readonly path: string;
  readonly look: () => void;
  readonly log: (line: string) => void;
}

export class ConfigWatch {
  readonly #options: ConfigWatchOptions;
  readonly #folder: FolderWatch;
  #sweep: NodeJS.Timeout | null = null;
  #settling: NodeJS.Timeout | null = null;
  #told = '';

  constructor(options: ConfigWatchOptions) {
    this.#options = options;
    const name = basename(options.path);
    this.#folder = new FolderWatch({
      folder: dirname(options.path),
      onHint: (hinted) => {
        if (hinted === name) this.#lookSoon();
      },
      log: options.log,
    });
  }

  begin(): void {
    this.#sweep = setInterval(() => this.#onSweep(), sweepMs).unref();
    this.#onSweep();
  }

  async close(): Promise<void> {
    if (this.#sweep !== null) clearInterval(this.#sweep);
    if (this.#settling !== null) clearTimeout(this.#settling);
    await this.#folder.close();
  }

  #lookSoon(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#look();
    }, settleMs).unref();
  }

  #onSweep(): void {
    try {
      this.#folder.keep();
    } catch {
      // The root is gone for the moment: other parts say so, and the next sweep tries again.
    }
    if (this.#settling === null) this.#look();
  }

  /** A file that cannot be read now may be at the next look; said once. */
  #look(): void {
    try {
      this.#options.look();
      this.#told = '';
    } catch (error) {
      const trouble = `config.json cannot be read, the settings from before stay in force: ${String(error)}`;
      if (trouble !== this.#told) this.#options.log(trouble);
      this.#told = trouble;
    }
  }
}
