/**
 * What an agent leaves behind when it ends (a server it detached, a shell that left its group) is ended with it. Many
 * agents may end together, so the process table is read once for all of them.
 */
import type { RunMark, Trees } from './ownership.ts';

/** Long enough that a burst of exits shares a scan, short enough that nobody notices. */
const gatherMs = 30;
/** When the process table cannot be read (no descriptor free), it is tried again: the ends of these runs can wait. */
const tryAgainMs = 500;

export interface Leftovers {
  /** How many processes were ended. */
  readonly reaped: number;
  /** Pids that could not be ended. */
  readonly survivors: readonly number[];
}

interface Waiting {
  readonly mark: RunMark;
  readonly resolve: (leftovers: Leftovers) => void;
}

export class LeftoverSweep {
  readonly #trees: Trees;
  #waiting: Waiting[] = [];

  constructor(trees: Trees) {
    this.#trees = trees;
  }

  /** Ends what is left of a run whose leader is gone. */
  sweep(mark: RunMark): Promise<Leftovers> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setTimeout(() => this.#run(), gatherMs);
      this.#waiting.push({ mark, resolve });
    });
  }

  #run(): void {
    const members = this.#look();
    if (members === null) {
      setTimeout(() => this.#run(), tryAgainMs);
      return;
    }
    const batch = this.#waiting;
    this.#waiting = [];
    for (const { mark, resolve } of batch) void this.#end(mark, members.get(mark.nonce) ?? []).then(resolve);
  }

  #look(): Map<string, number[]> | null {
    try {
      return this.#trees.membersOf(this.#waiting.map(({ mark }) => mark));
    } catch {
      return null;
    }
  }

  async #end(mark: RunMark, found: readonly number[]): Promise<Leftovers> {
    if (found.length === 0) return { reaped: 0, survivors: [] };
    const survivors = await this.#trees.endMembers(mark);
    return { reaped: found.filter((pid) => !survivors.includes(pid)).length, survivors };
  }
}
