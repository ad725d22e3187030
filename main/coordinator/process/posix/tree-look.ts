/**
 * One look at all processes for all runs that are being frozen or thawed: a branch of a hundred is paused in one go, and a
 * look at every process and its environment costs milliseconds in which nothing else happens.
 */
import type { RunMark } from '../ownership.ts';
import type { Cgroups } from './cgroups.ts';
import { membersIn, nonceOf } from './members.ts';
import { type ProcessTable, processTable } from './process-table.ts';

/** Stopping takes microseconds; the event loop is others' for so long between two looks. */
const lookEveryMs = 10;

export interface Look {
  readonly table: ProcessTable;
  /** In the run's cgroup. */
  readonly inside: readonly number[];
  readonly outside: readonly number[];
}

interface Waiting {
  readonly run: RunMark;
  readonly resolve: (look: Look | null) => void;
}

export class TreeLook {
  readonly #cgroups: Cgroups | null;
  #waiting: Waiting[] = [];
  #lastAt = -Infinity;

  constructor(cgroups: Cgroups | null) {
    this.#cgroups = cgroups;
  }

  /** Living members of the run, as of a look that is made after this call; null when the process table could not be read. */
  of(run: RunMark): Promise<Look | null> {
    return new Promise((resolve) => {
      if (this.#waiting.length === 0) this.#plan();
      this.#waiting.push({ run, resolve });
    });
  }

  #plan(): void {
    const leftMs = this.#lastAt + lookEveryMs - performance.now();
    if (leftMs > 0) setTimeout(() => this.#look(), leftMs);
    else setImmediate(() => this.#look());
  }

  #look(): void {
    const asked = this.#waiting;
    this.#waiting = [];
    const looks = this.#looksAt(asked.map(({ run }) => run));
    this.#lastAt = performance.now();
    for (const { run, resolve } of asked) resolve(looks?.get(run.nonce) ?? null);
  }

  #looksAt(runs: readonly RunMark[]): Map<string, Look> | null {
    try {
      const table = processTable();
      const members = membersIn(table, runs, this.#cgroups, nonceOf);
      return new Map(runs.map((run) => [run.nonce, this.#lookOf(run, table, members.get(run.nonce) ?? [])]));
    } catch {
      return null; // No descriptor free, say: asked again until the time is up.
    }
  }

  #lookOf(run: RunMark, table: ProcessTable, members: readonly number[]): Look {
    const inCgroup = new Set(this.#cgroups?.members(run) ?? []);
    return {
      table,
      inside: members.filter((pid) => inCgroup.has(pid)),
      outside: members.filter((pid) => !inCgroup.has(pid)),
    };
  }
}
