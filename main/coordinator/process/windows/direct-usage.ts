/** What runs use when there are no jobs to ask: the started programs alone, by `pidusage`. */
import pidusage from 'pidusage';
import type { RunMark, TreeUsage } from '../ownership.ts';

/** On Windows each look starts a program (wmic or PowerShell), which costs more than most agents use meanwhile. */
const askAgainMs = 10_000;
const bytesPerMb = 1_048_576;
const unknown: TreeUsage = { cpuSeconds: null, memoryMb: null, processes: null };

export class DirectUsage {
  #answer: ReadonlyMap<number, TreeUsage> = new Map();
  #askedAt = Number.NEGATIVE_INFINITY;
  #asking = false;

  /** By nonce: what the last look saw. Begins another when that is old; nobody waits for it. */
  of(runs: readonly RunMark[]): Map<string, TreeUsage> {
    if (runs.length > 0 && !this.#asking && performance.now() - this.#askedAt >= askAgainMs) {
      void this.#ask(runs.map(({ leader }) => leader.pid));
    }
    return new Map(runs.map(({ nonce, leader }) => [nonce, this.#answer.get(leader.pid) ?? unknown]));
  }

  async #ask(pids: readonly number[]): Promise<void> {
    this.#asking = true;
    this.#askedAt = performance.now();
    try {
      const seen = Object.entries(await pidusage([...pids]));
      this.#answer = new Map(
        seen.map(([pid, { ctime, memory }]) => [
          Number(pid),
          // The tree below it is not seen, so how many processes it has is not known.
          { cpuSeconds: ctime / 1000, memoryMb: Math.round((memory / bytesPerMb) * 10) / 10, processes: null },
        ]),
      );
    } catch {
      this.#answer = new Map(); // The system has no such program, or refuses: then it is not known.
    } finally {
      this.#asking = false;
    }
  }
}
