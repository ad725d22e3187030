/** How files that are done with leave `requests/`, and what becomes of those that cannot leave yet. */
import { basename, join } from 'node:path';
import { giveBack, takeAside } from './aside.ts';
import { markAt } from './request-file.ts';

/**
 * Does with a file that is done with what becomes of it. `take` moves it aside and tells where it lies then; null when
 * another one has its name by now, which stays.
 */
export type Away = (take: () => string | null) => void;

/** A file that is done with but could not be moved away yet. */
interface Stuck {
  readonly mark: string;
  readonly away: Away;
}

export interface LeavingOptions {
  /** `requests/` */
  readonly folder: string;
  readonly log: (line: string) => void;
  /** Called before a file is taken from its name: what the watcher will tell of that is no news. */
  readonly onTake: (name: string) => void;
}

export class Leaving {
  readonly #options: LeavingOptions;
  readonly #stuck = new Map<string, Stuck>();
  /** Asides that cannot be renamed; said once each. */
  readonly #told = new Set<string>();

  constructor(options: LeavingOptions) {
    this.#options = options;
  }

  /** Moves a file away that is done with. Another one that took its name meanwhile is a request of its own, and stays. */
  leave(name: string, mark: string, away: Away): void {
    const { folder, log, onTake } = this.#options;
    const moved: { aside: string | null } = { aside: null };
    try {
      if (markAt(join(folder, name)) !== mark) return;
      onTake(name);
      away(() => (moved.aside = takeAside(folder, name, mark)));
      this.#stuck.delete(name);
    } catch (error) {
      if (!this.#stuck.has(name)) log(`${name} is done with, but stays in requests/: ${String(error)}`);
      this.#stuck.delete(name);
      const lies = moved.aside === null ? name : this.giveBack(basename(moved.aside));
      if (lies !== null) this.#stuck.set(lies, { mark, away });
    }
  }

  /** True: it was carried out or refused before, and only its file would not go. It is never carried out again. */
  isStillStuck(name: string): boolean {
    const stuck = this.#stuck.get(name);
    if (stuck === undefined) return false;
    this.leave(name, stuck.mark, stuck.away);
    if (this.#stuck.get(name)?.mark === markAt(join(this.#options.folder, name))) return true;
    return !this.#stuck.delete(name);
  }

  /** Forgets all files but these. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#stuck.keys()) if (!names.has(name)) this.#stuck.delete(name);
  }

  /** What lies aside becomes a request again. The name it has now; null: it cannot be renamed yet, and is found again. */
  giveBack(aside: string): string | null {
    try {
      const name = giveBack(this.#options.folder, aside);
      this.#told.delete(aside);
      return name;
    } catch (error) {
      if (this.#told.has(aside)) return null;
      this.#told.add(aside);
      this.#options.log(`${aside} in requests/ cannot be renamed, it is tried again: ${String(error)}`);
      return null;
    }
  }
}
