/**
 * Starting a program that is owned: the seam behind which systems differ (and, one day, machines). A held run exists and
 * owns its tree but has not begun; it begins only when released, after its identity is in the journal.
 */
import type { Identity } from '../../../protocol/agent.ts';
import type { Result } from '../../../protocol/failures.ts';

/** One attempt of one agent; with `nonce` no other run is ever taken for it. */
export interface RunName {
  readonly agentId: string;
  /** From 1. */
  readonly attempt: number;
  /** Value of `ZIGGIE_RUN` in the environment of every process of the run. */
  readonly nonce: string;
}

export interface LaunchOrder {
  readonly run: RunName;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** What this agent gets beside the environment that all inherit. Names are valid in a shell. */
  readonly env: Readonly<Record<string, string>>;
  /** Becomes standard input. */
  readonly inputFile: string;
  /** Standard output and error are appended here by the child's own descriptor. */
  readonly logFile: string;
  readonly attemptFolder: string;
}

export interface HeldRun {
  readonly identity: Identity;
  /** Lets it begin. Call once. */
  release(): void;
  /** Lets go of it unbegun. */
  abandon(): void;
  /** Settles when the launcher's process is gone; `code`/`signal` are its own, for when it left no exit record. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

export interface Launcher {
  hold(order: LaunchOrder): Promise<Result<HeldRun>>;
  /** The same where it takes no time; null where it would, or where something is in the way. */
  holdNow(order: LaunchOrder): HeldRun | null;
  /** Lets go of what it keeps ready. Runs that have begun go on. */
  close(): void;
}
