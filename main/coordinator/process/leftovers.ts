/**
 * What an agent leaves behind when it ends (a server it detached, a shell that left its group) is ended with it. Many
 * agents may end together, so the process table is read once for all of them.
 */
import type { RunMark, Trees } from './ownership.ts';

/** Long enough that a burst of exits shares a scan, short enough that nobody notices. */
const gatherMs = 30;

interface Waiting {
  readonly mark: RunMark;
  readonly resolve: (survivors: number[]) => void;
}

export class LeftoverSweep {
  readonly #trees: Trees;
  #waiting: Waiting[] = [];

  constructor(trees: Trees) {
    this.#trees = trees;
  }

  /** Ends what is left of a run whose leader is gone; settles with the pids that could not be ended. */
  sweep(mark: RunMark): Promise<number[]> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setTimeout(() => this.#run(), gatherMs);
      this.#waiting.push({ mark, resolve });
    });
  }

  #run(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const members = this.#trees.membersOf(batch.map(({ mark }) => mark));
    for (const { mark, resolve } of batch) {
      const found = members.get(mark.nonce) ?? [];
      if (found.length === 0) resolve([]);
      else void this.#trees.endMembers(mark).then(resolve);
    }
  }
}
