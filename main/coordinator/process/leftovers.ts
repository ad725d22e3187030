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
    let found = await this.#look.membersOf(mark);
    while (found === null) {
      await delay(tryAgainMs);
      found = await this.#look.membersOf(mark);
    }
    if (found.length === 0) return { reaped: 0, survivors: [] };
    const survivors = await this.#trees.endMembers(mark);
    return { reaped: found.filter((pid) => !survivors.includes(pid)).length, survivors };
  }
}
