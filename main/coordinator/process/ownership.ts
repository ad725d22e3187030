/**
 * Owning process trees: the seam behind which operating systems differ. POSIX (posix/) and Windows (windows/) implement it
 * once each; nothing outside those two folders asks which system it is on to start, find, measure or end a process.
 */
import type { Identity } from '../../../protocol/agent.ts';
import type { IdentityCheck } from './identity.ts';
import type { Launcher } from './launcher.ts';

/** What finds every process of one attempt of one agent again, also after a restart of the coordinator. */
export interface RunMark {
  readonly agentId: string;
  /** From 1. With the agent's id it names the run's cgroup or job. */
  readonly attempt: number;
  /** Value of `ZIGGIE_RUN` in the environment of every process of the run. */
  readonly nonce: string;
  /** POSIX: the gate, leader of the run's session and group. Windows: the program itself. */
  readonly leader: Identity;
}

/** What a run's whole tree uses at this moment; a field is null where the system does not tell. */
export interface TreeUsage {
  /** Seconds of processor time since the run began, ended members included where the system counts them. */
  readonly cpuSeconds: number | null;
  /** Resident memory of all living members, MB (1 MB = 1,048,576 bytes). */
  readonly memoryMb: number | null;
  /** Living members, without a launcher of ours. */
  readonly processes: number | null;
}

export interface Ownership {
  readonly launcher: Launcher;
  /** Asked again right before every signal: only a `match` is ever signalled. */
  check(identity: Identity): IdentityCheck;
  /** Pids of the living members of each run, by nonce, without a launcher of ours. One pass for any number of runs. */
  membersOf(runs: readonly RunMark[]): Map<string, number[]>;
  /** Sends a polite signal to the run. False: there is no such way here, or nobody that may be signalled. */
  ask(run: RunMark, signal: 'SIGINT' | 'SIGTERM'): boolean;
  /**
   * Ends every member of the run, and what they start meanwhile, until none is left; a launcher of ours stays, so that it
   * can write the exit record. Settles with the pids that could not be ended. Never throws.
   */
  endMembers(run: RunMark): Promise<number[]>;
  /** Ends the leader too; the last step of a stop. */
  endLeader(run: RunMark): void;
  /** By nonce. */
  usageOf(runs: readonly RunMark[]): Map<string, TreeUsage>;
  /** Lets go of what the run left in the system besides processes (an empty cgroup, a job handle). */
  forget(run: RunMark): void;
}
