/**
 * Freezing the members of a job: Windows has no call for a whole job that is documented, so each member is suspended, until
 * two looks in a row find nobody new. Suspensions are counted by the kernel, per thread, and outlive a coordinator that dies.
 */
import type { RunMark } from '../ownership.ts';
import { until } from '../wait.ts';
import { isHandle } from './handles.ts';
import { isInJob } from './job.ts';
import type { Handle, Native } from './native.ts';
import { hasEnded, processTimes } from './process-handle.ts';

const suspendResume = 0x8_00;
const queryInformation = 0x4_00;
const queryLimitedInformation = 0x10_00;
const synchronize = 0x10_00_00;
const deadlineMs = 3000;
const lookEveryMs = 10;
const cleanLooks = 2;
/** The most that Windows counts. How often a predecessor suspended somebody is not known; to resume who runs changes nothing. */
const mostSuspensions = 127;

/** `members` are those of the run's job, or its leader alone where it has none (`job` null). */
export interface FreezeTarget {
  readonly mark: RunMark;
  readonly job: Handle | null;
  readonly members: () => readonly number[];
}

export class Freezer {
  readonly #native: Native;
  /** By nonce: who was suspended by this coordinator, so that it is done once. */
  readonly #suspended = new Map<string, Set<string>>();

  constructor(native: Native) {
    this.#native = native;
  }

  /** Settles with the pids that could not be suspended. */
  async freeze(target: FreezeTarget): Promise<number[]> {
    const suspended = this.#suspended.get(target.mark.nonce) ?? new Set<string>();
    this.#suspended.set(target.mark.nonce, suspended);
    let awake: number[] = [];
    let clean = 0;
    await until(
      () => {
        const before = suspended.size;
        awake = target.members().filter((pid) => !this.#suspend(pid, target.job, suspended));
        clean = awake.length === 0 && suspended.size === before ? clean + 1 : 0;
        return clean >= cleanLooks;
      },
      lookEveryMs,
      deadlineMs,
    );
    return awake;
  }

  /** Settles with the pids that could not be resumed. */
  thaw({ mark, job, members }: FreezeTarget): number[] {
    this.#suspended.delete(mark.nonce);
    return members().filter((pid) => !this.#resume(pid, job));
  }

  forget({ nonce }: RunMark): void {
    this.#suspended.delete(nonce);
  }

  #suspend(pid: number, job: Handle | null, suspended: Set<string>): boolean {
    return this.#with(pid, job, (process) => {
      const key = `${pid} ${processTimes(this.#native, process)?.created ?? ''}`;
      if (suspended.has(key)) return true;
      if (this.#native.NtSuspendProcess(process) < 0) return false;
      suspended.add(key);
      return true;
    });
  }

  #resume(pid: number, job: Handle | null): boolean {
    return this.#with(pid, job, (process) => {
      for (let times = 0; times < mostSuspensions; times += 1) {
        if (this.#native.NtResumeProcess(process) < 0) return false;
      }
      return true;
    });
  }

  /** True as well where it has ended. False for whoever is not known to be a member now: the next look at the list tells. */
  #with(pid: number, job: Handle | null, work: (process: Handle) => boolean): boolean {
    const access = suspendResume | queryInformation | queryLimitedInformation | synchronize;
    const process = this.#native.OpenProcess(access, 0, pid);
    if (!isHandle(process)) return false;
    try {
      if (hasEnded(this.#native, process)) return true;
      if (job !== null && !isInJob(this.#native, process, job)) return false;
      return work(process) || hasEnded(this.#native, process);
    } finally {
      this.#native.CloseHandle(process);
    }
  }
}
