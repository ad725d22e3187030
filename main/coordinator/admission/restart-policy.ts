/** What follows the end of an attempt. Only a failure is tried again, and only where that was asked for. */
import type { Agent, Ending } from '../../../protocol/agent.ts';

export type NextStep =
  | { readonly is: 'end'; readonly ending: Ending }
  | {
      readonly is: 'restart';
      readonly afterSeconds: number;
      /** Attempts that failed since the last good run, this one included. */
      readonly failures: number;
      readonly reason: string;
    };

/**
 * `agent` as it is when the attempt has ended. What was stopped (by somebody, its time limit or another limit), what is
 * lost and what could not be executed is not tried again: it would go the same way, or nobody knows that it is over.
 */
export function nextStep({ facts, life, failures: before }: Agent, ending: Ending): NextStep {
  const { restart } = facts;
  if (life.status !== 'running' && life.status !== 'paused') return { is: 'end', ending };
  if (restart?.policy !== 'on_failure' || !hasFailedByItself(ending)) return { is: 'end', ending };
  const wasGood = (ending.execution_time_seconds ?? 0) >= restart.reset_seconds;
  const failures = wasGood ? 1 : before + 1;
  if (failures > restart.max_restarts) return { is: 'end', ending: givenUp(ending, failures, restart.reset_seconds) };
  const afterSeconds = Math.min(restart.max_backoff_seconds, restart.backoff_seconds * 2 ** (failures - 1));
  const reason = `attempt ${life.attempt} failed (${ending.status_reason}); attempt ${life.attempt + 1} follows after ${afterSeconds} s`;
  return { is: 'restart', afterSeconds, failures, reason };
}

/** What a shell reports for a program that is not there or may not be executed. */
const notExecuted: readonly (number | null)[] = [126, 127];

const hasFailedByItself = ({ status, stop_steps, survivors, exit_code }: Ending): boolean =>
  status === 'failed' && stop_steps.length === 0 && survivors.length === 0 && !notExecuted.includes(exit_code);

function givenUp(ending: Ending, failures: number, resetSeconds: number): Ending {
  const times = failures === 1 ? 'once' : `${failures} times`;
  return {
    ...ending,
    status_reason: `crash_loop: it failed ${times} without a run of ${resetSeconds} s in between (config.restart); the last: ${ending.status_reason}`,
  };
}
