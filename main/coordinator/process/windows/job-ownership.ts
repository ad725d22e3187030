/** Ownership on Windows by jobs: the kernel keeps the list of every process of a run, counts what they use, and ends them. */
import type { Identity } from '../../../../protocol/agent.ts';
import { layoutOf } from '../../root/layout.ts';
import { readExitRecord } from '../exit-record.ts';
import type { Launcher } from '../launcher.ts';
import type { Ownership, OwnershipOptions, RunMark, TreeUsage } from '../ownership.ts';
import { until } from '../wait.ts';
import { createDirectLauncher } from './direct-launcher.ts';
import { writeExitLogged } from './exit-file.ts';
import { ExitWatch } from './exit-watch.ts';
import { Freezer, type FreezeTarget } from './freezing.ts';
import { isInJob, jobCpuSeconds, jobMembers, jobName, openJob, terminateJob } from './job.ts';
import { holdInJob } from './job-launcher.ts';
import type { Handle, Native } from './native.ts';
import { bootTime, jobMember, type JobMember, openProcess, processTimes } from './process-handle.ts';
import { ProcessTable } from './process-table.ts';
import { endTree } from './tree.ts';

/** A terminated process is gone in milliseconds; what is still there after this waits for a driver. */
const endDeadlineMs = 3000;
const bytesPerMb = 1_048_576;

export function createJobOwnership(options: OwnershipOptions, native: Native): Ownership {
  const runs = new JobRuns(options, native);
  return {
    launcher: runs.launcher,
    bootId: runs.bootId,
    forceStep: 'TERMINATE',
    hasLauncher: false,
    cannotFreeze: null,
    check: (identity) => runs.processes.check(identity),
    membersOf: (marks) => new Map(marks.map((mark) => [mark.nonce, runs.membersOf(mark)])),
    // A program without a window and a console of its own has no ear for anything polite.
    ask: () => false,
    endMembers: (mark) => runs.end(mark),
    endLeader: () => undefined, // It is a member here.
    freeze: (mark) => runs.freeze(mark),
    thaw: (mark) => Promise.resolve(runs.thaw(mark)),
    usageOf: (marks) => Promise.resolve(new Map(marks.map((mark) => [mark.nonce, runs.usageOf(mark)]))),
    forget: (mark) => runs.forget(mark),
  };
}

class JobRuns {
  readonly #options: OwnershipOptions;
  readonly #native: Native;
  /** By nonce. Absent: never opened, or not to be opened. */
  readonly #jobs = new Map<string, Handle>();
  readonly #toldNoJob = new Set<string>();
  readonly #freezer: Freezer;
  readonly processes: ProcessTable;
  readonly bootId: string | null;
  readonly launcher: Launcher;

  constructor(options: OwnershipOptions, native: Native) {
    this.#options = options;
    this.#native = native;
    this.processes = new ProcessTable(native);
    this.#freezer = new Freezer(native);
    this.bootId = bootTime(native);
    this.launcher = this.#launcher();
  }

  membersOf(mark: RunMark): number[] {
    const job = this.#jobOf(mark);
    if (job !== null) {
      return this.#membersIn(job).flatMap(({ pid, isConsoleHost }) => (isConsoleHost ? [] : [pid]));
    }
    return this.processes.check(mark.leader) === 'match' ? [mark.leader.pid] : [];
  }

  /** Settles with the survivors. */
  async end(mark: RunMark): Promise<number[]> {
    const job = this.#jobOf(mark);
    if (job === null) return endTree(mark.leader.pid, () => this.processes.check(mark.leader) === 'match');
    await until(
      () => {
        if (jobMembers(this.#native, job).length === 0) return true;
        terminateJob(this.#native, job);
        return jobMembers(this.#native, job).length === 0;
      },
      20,
      endDeadlineMs,
    );
    return jobMembers(this.#native, job);
  }

  async freeze(mark: RunMark): Promise<number[]> {
    if (this.processes.check(mark.leader) === 'unknown') return [mark.leader.pid];
    return this.#freezer.freeze(this.#freezeTarget(mark));
  }

  thaw(mark: RunMark): number[] {
    if (this.processes.check(mark.leader) === 'unknown') return [mark.leader.pid];
    return this.#freezer.thaw(this.#freezeTarget(mark));
  }

  #freezeTarget(mark: RunMark): FreezeTarget {
    const job = this.#jobOf(mark);
    const leaderAlone = (): number[] => (this.processes.check(mark.leader) === 'match' ? [mark.leader.pid] : []);
    return { mark, job, members: () => (job === null ? leaderAlone() : jobMembers(this.#native, job)) };
  }

  usageOf(mark: RunMark): TreeUsage {
    const job = this.#jobOf(mark);
    const cpuSeconds = job === null ? null : jobCpuSeconds(this.#native, job);
    if (job === null || cpuSeconds === null) return { cpuSeconds: null, memoryMb: null, processes: null };
    const members = this.#membersIn(job);
    const bytes = members.reduce((sum, { workingSet }) => sum + workingSet, 0);
    const living = members.reduce((sum, member) => sum + member.cpuSeconds, 0);
    return {
      // The job counts the ended ones, too; where it counts nothing, the living are known at least.
      cpuSeconds: Math.max(cpuSeconds, living),
      memoryMb: Math.round((bytes / bytesPerMb) * 10) / 10,
      processes: members.filter(({ isConsoleHost }) => !isConsoleHost).length,
    };
  }

  #membersIn(job: Handle): JobMember[] {
    return jobMembers(this.#native, job).flatMap((pid) => jobMember(this.#native, pid, job) ?? []);
  }

  /** Also writes the exit of an adopted run, which only the handle that is closed here can tell. */
  forget(mark: RunMark): void {
    this.#writeExit(mark);
    this.#letGo(mark);
  }

  #letGo(mark: RunMark): void {
    this.#freezer.forget(mark);
    this.processes.release(mark.leader);
    const job = this.#jobs.get(mark.nonce);
    this.#jobs.delete(mark.nonce);
    if (job !== undefined) this.#native.CloseHandle(job);
  }

  #writeExit({ leader, agentId, attempt }: RunMark): void {
    const end = this.processes.endOf(leader);
    const attemptFolder = layoutOf(this.#options.root).attemptFolder(agentId, attempt);
    if (end === null || end.code === null || readExitRecord(attemptFolder) !== null) return;
    writeExitLogged(attemptFolder, { code: end.code, at: end.at }, this.#options.log);
  }

  /** By name after a restart, and only if the run's own leader is in it. null: it is owned by its pid and tree instead. */
  #jobOf(mark: RunMark): Handle | null {
    const known = this.#jobs.get(mark.nonce);
    if (known !== undefined) return known;
    if (this.processes.check(mark.leader) !== 'match') return null;
    const leader = this.processes.handleOf(mark.leader);
    const job = openJob(this.#native, jobName(this.#options.root, mark));
    if (job !== null && leader !== null && isInJob(this.#native, leader, job)) {
      this.#jobs.set(mark.nonce, job);
      return job;
    }
    if (job !== null) this.#native.CloseHandle(job);
    this.#tellNoJob(mark.nonce, `the job of ${mark.agentId} cannot be opened; it is ended by its process and taskkill`);
    return null;
  }

  #tellNoJob(key: string, line: string): void {
    if (this.#toldNoJob.has(key)) return;
    this.#toldNoJob.add(key);
    this.#options.log(line);
  }

  #launcher(): Launcher {
    const { root, environment, log } = this.#options;
    const direct = createDirectLauncher({
      environment,
      identityOf: (pid) => this.#identityOf(pid),
      ended: () => undefined,
      log,
    });
    const options = {
      native: this.#native,
      root,
      environment,
      log,
      bootId: this.bootId,
      processes: this.processes,
      exits: new ExitWatch(this.#native),
      onJob: (nonce: string, job: Handle): void => void this.#jobs.set(nonce, job),
      onAbandoned: (mark: RunMark): void => this.#letGo(mark),
    };
    return {
      hold: (order) => {
        const held = holdInJob(options, order);
        if (held.ok !== 'no_job') return Promise.resolve(held);
        this.#tellNoJob('start', `Windows gives no job: ${held.why}; runs are owned by their process and taskkill`);
        return direct.hold(order);
      },
      holdNow: () => null, // CreateProcessW takes milliseconds; they need not be spent before the answer.
      close: () => undefined,
    };
  }

  /** Of a child of ours that was started without a job. */
  #identityOf(pid: number): Identity {
    const opened = openProcess(this.#native, pid);
    if (opened.is !== 'open') return { pid, start_time: null, boot_id: this.bootId };
    const identity = {
      pid,
      start_time: processTimes(this.#native, opened.process)?.created ?? null,
      boot_id: this.bootId,
    };
    this.processes.hold(identity, opened.process);
    return identity;
  }
}
