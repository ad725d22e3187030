/**
 * Keeps one run's tree frozen or awake, whichever was wanted last. One step at a time: a resume that comes while it is being
 * frozen is carried out after that, never in between. What could not be done yet is tried again until it is, or is not wanted.
 */
import type { RunMark, Trees } from './ownership.ts';

const tryAgainMs = 1000;

export class Freezer {
  readonly #trees: Trees;
  readonly #mark: RunMark;
  readonly #log: (line: string) => void;
  #isWanted: boolean | null = null;
  #steps: Promise<unknown> = Promise.resolve();
  #next: NodeJS.Timeout | null = null;
  #isTold = false;

  constructor(trees: Trees, mark: RunMark, log: (line: string) => void) {
    this.#trees = trees;
    this.#mark = mark;
    this.#log = log;
  }

  /** Settles when it is so, or after the first try that left somebody out: the pids of those. Never rejects. */
  want(isFrozen: boolean): Promise<readonly number[]> {
    this.#isWanted = isFrozen;
    this.#isTold = false;
    return this.#step(isFrozen);
  }

  /** Leaves the tree as it is. */
  close(): void {
    this.#isWanted = null;
    if (this.#next !== null) clearTimeout(this.#next);
  }

  #step(isFrozen: boolean): Promise<readonly number[]> {
    if (this.#next !== null) clearTimeout(this.#next);
    this.#next = null;
    const step = this.#steps.then(() => this.#carryOut(isFrozen));
    this.#steps = step;
    return step;
  }

  async #carryOut(isFrozen: boolean): Promise<readonly number[]> {
    if (this.#isWanted !== isFrozen) return [];
    const left = await (isFrozen ? this.#trees.freeze(this.#mark) : this.#trees.thaw(this.#mark));
    if (left.length === 0 || this.#isWanted !== isFrozen) return [];
    const what = isFrozen ? 'frozen' : 'thawed';
    if (!this.#isTold) this.#log(`${this.#mark.agentId}: process ${left.join(', ')} is not ${what} yet; tried again`);
    this.#isTold = true;
    this.#next = setTimeout(() => void this.#step(isFrozen), tryAgainMs).unref();
    return left;
  }
}
