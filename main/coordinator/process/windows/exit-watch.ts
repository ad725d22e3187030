/**
 * Notices the ends of the processes we hold. One timer asks for all of them: a hundred questions take a tenth of a
 * millisecond, while a blocking wait would need a thread for each (or for each 64), and a completion port one of the four
 * threads that files need. When it was is read from the process, so a late look costs no precision.
 */
import type { Handle, Native } from './native.ts';
import { hasEnded } from './process-handle.ts';

const lookEveryMs = 50;

export class ExitWatch {
  readonly #native: Native;
  readonly #watched = new Map<Handle, () => void>();
  #timer: NodeJS.Timeout | null = null;

  constructor(native: Native) {
    this.#native = native;
  }

  /** Settles when the process has ended. The handle must stay open until then. */
  ended(process: Handle): Promise<void> {
    return new Promise((resolve) => {
      this.#watched.set(process, resolve);
      this.#timer ??= setInterval(() => this.#look(), lookEveryMs).unref();
    });
  }

  #look(): void {
    for (const [process, resolve] of this.#watched) {
      if (!hasEnded(this.#native, process)) continue;
      this.#watched.delete(process);
      resolve();
    }
    if (this.#watched.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}
