/**
 * Owning process trees: the seam behind which operating systems differ. POSIX (posix/) and Windows (windows/) implement it
 * once each; nothing outside those two folders asks which system it is on to start, find, measure or end a process.
 */
import type { Identity } from '../../../protocol/agent.ts';
import type { Launcher, RunName } from './launcher.ts';

/** `gone`: no process has the pid. `unknown`: there is one, and nothing tells whether it is ours. */
export type IdentityCheck = 'match' | 'mismatch' | 'gone' | 'unknown';

/** What finds every process of one attempt of one agent again, also after a restart of the coordinator. */
export interface RunMark extends RunName {
  /** POSIX: the gate, leader of the run's session and group. Windows: the program itself. */
  readonly leader: Identity;
  /** Set where the leader was gone before this coordinator ever looked: its number may have been a stranger's since. */
  readonly leaderUnseen?: true;
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

export interface Ownership extends Trees {
  readonly launcher: Launcher;
}

/** What is done with the process trees of runs that exist. */
export interface Trees {
  /** Which boot of the machine this is; null where the system does not tell. */
  readonly bootId: string | null;
  /** What `endMembers` is called in the steps of a stop: the word this system has for it ("SIGKILL", "TERMINATE"). */
  readonly forceStep: string;
  /** A launcher of ours lives beside the agent: the agent may outlive it. Else the leader is the agent itself. */
  readonly hasLauncher: boolean;
  /** Why the members of a run cannot be frozen here; null: they can be. */
  readonly cannotFreeze: string | null;
  /** Asked again right before every signal: only a `match` is ever signalled. */
  check(identity: Identity): IdentityCheck;
  /** Seconds since the process was started, by a clock that no change of the time bends; null, or absent: the system does not tell. */
  ageSeconds?(identity: Identity): number | null;
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
  /**
   * Takes the processor from every member of the run, and from what they start meanwhile, until it is given back; a launcher
   * of ours goes on. To do it again changes nothing. Settles with the pids that are not frozen yet: none, where all are.
   * Frozen members can be ended, and a signal reaches them when they are thawed. Never throws.
   */
  freeze(run: RunMark): Promise<number[]>;
  /** Lets the members go on, those that nobody froze too. Settles with the pids that are still frozen. Never throws. */
  thaw(run: RunMark): Promise<number[]>;
  /** By nonce. */
  usageOf(runs: readonly RunMark[]): Promise<Map<string, TreeUsage>>;
  /** Lets go of what the run left in the system besides processes (an empty cgroup, a job handle). */
  forget(run: RunMark): void;
}

/** What either system's ownership is built from. */
export interface OwnershipOptions {
  /** The coordinator's root: names what is named system-wide (cgroups, jobs), so that two coordinators never meet. */
  readonly root: string;
  /** What every agent inherits. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the built nursery, which starts the gates of POSIX systems. */
  readonly nursery: string;
  readonly log: (line: string) => void;
}
