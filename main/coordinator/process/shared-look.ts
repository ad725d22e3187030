/** One look at the process table for all who ask within a moment: many agents may end together, and a look costs milliseconds. */
import type { RunMark, Trees } from './ownership.ts';

/** Long enough that a burst of exits shares a look, short enough that nobody notices. */
const gatherMs = 30;

interface Waiting {
  readonly mark: RunMark;
  readonly resolve: (members: readonly number[] | null) => void;
}

export class SharedLook {
  readonly #trees: Pick<Trees, 'membersOf'>;
  #waiting: Waiting[] = [];

  constructor(trees: Pick<Trees, 'membersOf'>) {
    this.#trees = trees;
  }

  /** Living members of the run, as of a look that is made after this call; null when the table could not be read. */
  membersOf(mark: RunMark): Promise<readonly number[] | null> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) setTimeout(() => this.#look(), gatherMs);
      this.#waiting.push({ mark, resolve });
    });
  }

  #look(): void {
    const asked = this.#waiting;
    this.#waiting = [];
    const found = this.#members(asked.map(({ mark }) => mark));
    for (const { mark, resolve } of asked) resolve(found === null ? null : (found.get(mark.nonce) ?? []));
  }

  #members(marks: readonly RunMark[]): Map<string, number[]> | null {
    try {
      return this.#trees.membersOf(marks);
    } catch {
      return null; // No descriptor free, say: whoever asks decides what that means.
    }
  }
}
