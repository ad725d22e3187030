/** What the number says that `ziggie` ends with. Scripts rely on these; they are in every help text. */
export const exitCodes = {
  /** Done, and what was asked about is well. */
  ok: 0,
  /** The agent failed, or what was asked for did not work out. */
  failed: 1,
  /** The coordinator turned it down with a coded failure. */
  refused: 2,
  /** The command line makes no sense (EX_USAGE of sysexits). */
  usage: 64,
  /** No coordinator was reached (EX_UNAVAILABLE of sysexits). */
  unreachable: 69,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `Exit codes:
  0   done
  1   the agent or the operation failed
  2   the coordinator turned it down (a coded failure)
  64  the command line is wrong
  69  the coordinator was not reached`;
