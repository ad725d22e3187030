/**
 * What an agent leaves behind when it ends (a server it detached, a shell that left its group) is ended with it. Many
 * agents may end together, so the process table is read once for all of them.
 */
import { membersOf, type RunMark, signalQuietly, stillAlive } from './tree.ts';
import { until } from './wait.ts';

/** Long enough that a burst of exits shares a scan, short enough that nobody notices. */
const gatherMs = 30;
/** A killed process is gone in milliseconds; what is still there after this cannot be killed (uninterruptible sleep). */
const killDeadlineMs = 3000;

interface Waiting {
  readonly mark: RunMark;
  readonly resolve: (survivors: number[]) => void;
}

export class LeftoverSweep {
  #waiting: Waiting[] = [];

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
    const members = membersOf(batch.map(({ mark }) => mark));
    for (const { mark, resolve } of batch) {
      const found = members.get(mark.nonce) ?? [];
      if (found.length === 0) resolve([]);
      else void endMembers(mark).then(resolve);
    }
  }
}

/** Kills the members of a run, and those they start meanwhile, until a scan finds none. Settles with the survivors. */
export async function endMembers(mark: RunMark): Promise<number[]> {
  const deadline = performance.now() + killDeadlineMs;
  for (;;) {
    const members = membersOf([mark]).get(mark.nonce) ?? [];
    if (members.length === 0) return [];
    for (const pid of members) signalQuietly(pid, 'SIGKILL');
    const left = deadline - performance.now();
    if (left <= 0) return stillAlive(members);
    await until(() => stillAlive(members).length === 0, 10, left);
  }
}
