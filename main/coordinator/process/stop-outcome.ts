/** What stopping a run took, and what it left. */
export interface StopOutcome {
  /** What was needed, in order: "SIGINT", "SIGTERM", "SIGKILL". */
  readonly steps: readonly string[];
  /** Pids that are still there. */
  readonly survivors: readonly number[];
}
