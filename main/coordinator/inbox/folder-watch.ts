/**
 * Hints that something happened in a folder, as quick as the system has them. They may be missing, doubled or wrong; who
 * relies on the folder looks for itself, and tells this watch to keep up when it does.
 */
import { lstatSync } from 'node:fs';
import { basename } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

export interface FolderWatchOptions {
  readonly folder: string;
  /** The name that the system told; null when it told none, and it may be anything. */
  readonly onHint: (name: string | null) => void;
  readonly log: (line: string) => void;
}

export class FolderWatch {
  readonly #options: FolderWatchOptions;
  #watching: { readonly watcher: FSWatcher; readonly identity: string } | null = null;
  #isBroken = false;
  #told = '';

  constructor(options: FolderWatchOptions) {
    this.#options = options;
  }

  /**
   * Watches the folder that is there now: begins, and begins anew when the watcher had trouble or the folder was removed
   * and made again, which a watcher never notices by itself. Throws when there is no such folder.
   */
  keep(): void {
    const identity = identityOf(this.#options.folder);
    if (this.#watching?.identity === identity && !this.#isBroken) return;
    void this.close();
    this.#isBroken = false;
    this.#watching = { watcher: this.#open(), identity };
  }

  async close(): Promise<void> {
    const watching = this.#watching;
    this.#watching = null;
    await watching?.watcher.close();
  }

  #open(): FSWatcher {
    const { folder, onHint } = this.#options;
    // The files themselves are ours to look at: the watcher would only stat each of them once more.
    const ignored = (path: string): boolean => path !== folder;
    const watcher = watch(folder, { ignoreInitial: true, depth: 0, followSymlinks: false, ignored });
    // `raw` comes straight from the system, before the watcher makes up its mind.
    watcher.on('raw', (_event, path: unknown) => {
      const name = typeof path === 'string' ? basename(path) : null;
      if (name === basename(folder)) this.#isBroken = true; // The folder itself: it was moved or removed.
      onHint(name);
    });
    watcher.on('all', () => onHint(null));
    watcher.once('ready', () => onHint(null)); // For what came while it was not watching yet.
    watcher.on('error', (error) => this.#onTrouble(String(error)));
    return watcher;
  }

  /** Tried again at every `keep`, said once. */
  #onTrouble(trouble: string): void {
    this.#isBroken = true;
    if (trouble === this.#told) return;
    this.#told = trouble;
    this.#options.log(`the watcher of ${this.#options.folder} has trouble, the sweep goes on: ${trouble}`);
  }
}

/** Which folder it is. The birth time is there because a new folder often gets the number of the one just removed. */
function identityOf(folder: string): string {
  const { dev, ino, birthtimeNs } = lstatSync(folder, { bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}
