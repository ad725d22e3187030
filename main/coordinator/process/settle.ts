/** From everything that is known of a finished run to its one final state. Pure; what is not known is not made up. */
import type { Ending, EndStatus, StopReason } from '../../../protocol/agent.ts';
import type { RuntimeResult } from '../runtimes/runtime.ts';
import type { ReportVerdict } from '../reports/gate.ts';
import type { ExitStatus } from './exit-record.ts';

export interface RunEvidence {
  /** null: nobody saw how the process ended. */
  readonly exit: ExitStatus | null;
  readonly exitSource: 'exit_event' | 'exit_record';
  readonly result: RuntimeResult | null;
  readonly stop: {
    readonly reason: StopReason;
    readonly by: string;
    readonly maxRuntime: number;
    readonly detail?: string | undefined;
  } | null;
  readonly report: ReportVerdict;
  readonly reportRequired: boolean;
  readonly stopSteps: readonly string[];
  readonly survivors: readonly number[];
  /** Processes that it left behind and that were ended with it. */
  readonly reaped: number;
  readonly endedAt: string;
  readonly executionSeconds: number | null;
}

export function settle(evidence: RunEvidence): Ending {
  const { exit, report, reportRequired } = evidence;
  const problems = reportRequired ? [...report.problems] : [];
  const { status, reason } = judge(evidence, problems.length);
  return {
    status,
    status_reason: reason,
    source: exit !== null ? evidence.exitSource : evidence.result !== null ? 'result_line' : 'none',
    exit_code: exit?.code ?? null,
    signal: exit?.signal ?? null,
    completed_at: exit?.endedAt ?? evidence.endedAt,
    execution_time_seconds: evidence.executionSeconds,
    report_exists: report.exists,
    report_problems: problems,
    stop_steps: [...evidence.stopSteps],
    survivors: [...evidence.survivors],
    reaped: evidence.reaped,
  };
}

interface Judgement {
  readonly status: EndStatus;
  readonly reason: string;
}

function judge({ exit, result, stop, stopSteps }: RunEvidence, reportProblems: number): Judgement {
  if (stop !== null) return stopped(stop, stopSteps);
  if (exit === null && result === null) {
    return { status: 'lost', reason: 'vanished: no exit was seen, no exit record and no result' };
  }
  if (result?.isError === true) return { status: 'failed', reason: `${exitWords(exit)}: ${result.summary}` };
  if (exit !== null && exit.code !== 0) {
    return {
      status: 'failed',
      reason: result === null ? exitWords(exit) : `${exitWords(exit)}, after it reported: ${result.summary}`,
    };
  }
  if (reportProblems === 0) return { status: 'completed', reason: 'done' };
  return {
    status: 'completed',
    reason: `done, report: ${reportProblems} ${reportProblems === 1 ? 'problem' : 'problems'}`,
  };
}

function stopped(
  { reason, by, maxRuntime, detail }: NonNullable<RunEvidence['stop']>,
  steps: readonly string[],
): Judgement {
  const how = steps.length === 0 ? 'it had ended by then' : `by ${steps.join(', ')}`;
  if (reason === 'timeout') return { status: 'timed_out', reason: `over ${maxRuntime} s (max_runtime), ended ${how}` };
  if (reason === 'process_limit')
    return { status: 'failed', reason: `process_limit: ${detail ?? 'too many processes'}, ended ${how}` };
  return { status: 'stopped', reason: `stopped by ${by} (${how})` };
}

function exitWords(exit: ExitStatus | null): string {
  if (exit === null) return 'no exit was seen';
  if (exit.signal !== null) return `ended by ${exit.signal}`;
  return `exit ${exit.code ?? 'unknown'}`;
}
