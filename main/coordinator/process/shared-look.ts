/**
 * One look at the process table for all who ask within a moment: many agents may end together, and a look costs
 * milliseconds. Who asks alone waits for nothing.
 */
import type { RunMark, Trees } from './ownership.ts';

/** Between two looks: long enough that a burst of exits shares one, short enough that nobody notices. */
const restMs = 30;

interface Waiting {
  readonly mark: RunMark;
  readonly resolve: (members: readonly number[] | null) => void;
}

export class SharedLook {
  readonly #trees: Pick<Trees, 'membersOf'>;
  #waiting: Waiting[] = [];
  /** `performance.now()` of the end of the last look. */
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(trees: Pick<Trees, 'membersOf'>) {
    this.#trees = trees;
  }

  /** Living members of the run, as of a look that is made after this call; null when the table could not be read. */
  membersOf(mark: RunMark): Promise<readonly number[] | null> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) this.#lookSoon();
      this.#waiting.push({ mark, resolve });
    });
  }

  /** Not in this step: the same turn of the loop may bring more exits. */
  #lookSoon(): void {
    const left = this.#lookedAt + restMs - performance.now();
    if (left > 0) setTimeout(() => this.#look(), left);
    else setImmediate(() => this.#look());
  }

  #look(): void {
    const asked = this.#waiting;
    this.#waiting = [];
    const found = this.#members(asked.map(({ mark }) => mark));
    this.#lookedAt = performance.now();
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
