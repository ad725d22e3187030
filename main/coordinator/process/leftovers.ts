/** What an agent leaves behind when it ends (a server it detached, a shell that left its group) is ended with it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RunMark, Trees } from './ownership.ts';
import type { SharedLook } from './shared-look.ts';

/** When the process table cannot be read (no descriptor free), it is tried again: the ends of these runs can wait. */
const tryAgainMs = 500;

export interface Leftovers {
  /** How many processes were ended. */
  readonly reaped: number;
  /** Pids that could not be ended. */
  readonly survivors: readonly number[];
}

export class LeftoverSweep {
  readonly #trees: Trees;
  readonly #look: SharedLook;

  constructor(trees: Trees, look: SharedLook) {
    this.#trees = trees;
    this.#look = look;
  }

  /** Ends what is left of a run whose leader is gone. */
  async sweep(mark: RunMark): Promise<Leftovers> {
    // A look can miss who is just being forked or is in the middle of an exec: two in a row miss nobody. What is about to
    // leave by itself, as it does at the end of a pipe, is not left behind: a look later it is gone.
    let found: readonly number[] = [];
    for (let empty = 0, seen = 0; empty < 2 && seen < 2;) {
      found = await this.#membersOf(mark);
      if (found.length === 0) empty += 1;
      else [empty, seen] = [0, seen + 1];
    }
    if (found.length === 0) return { reaped: 0, survivors: [] };
    const survivors = await this.#trees.endMembers(mark);
    return { reaped: found.filter((pid) => !survivors.includes(pid)).length, survivors };
  }

  async #membersOf(mark: RunMark): Promise<readonly number[]> {
    for (;;) {
      const found = await this.#look.membersOf(mark);
      if (found !== null) return found;
      await delay(tryAgainMs);
    }
  }
}
