/** From everything that is known of a finished run to its one final state. Pure; what is not known is not made up. */
import type { Ending, EndStatus, StopReason } from '../../../protocol/agent.ts';
import type { RuntimeResult } from '../runtimes/runtime.ts';
import { disagreements } from '../reports/agreement.ts';
import { noClaims } from '../reports/claims.ts';
import type { ReportVerdict } from '../reports/gate.ts';
import { isUnproven, type WorkSeen } from '../reports/unproven.ts';
import type { ExitStatus } from './exit-record.ts';
import { type LogCut, megabytes } from './log-limit.ts';

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
  /** Set where its log was over the limit and was cut. */
  readonly logCut: LogCut | null;
  readonly report: Pick<ReportVerdict, 'exists' | 'problems'> & Partial<Pick<ReportVerdict, 'claims' | 'writtenAt'>>;
  readonly reportRequired: boolean;
  readonly stopSteps: readonly string[];
  readonly survivors: readonly number[];
  /** Processes that it left behind and that were ended with it. */
  readonly reaped: number;
  readonly endedAt: string;
  readonly executionSeconds: number | null;
  /** What shows that it worked; absent: not looked at. */
  readonly work?: Pick<WorkSeen, 'toolCalls' | 'outputBytes' | 'hasChildren'>;
}

export function settle(evidence: RunEvidence): Ending {
  const { exit, report, reportRequired } = evidence;
  const seen = { status: judge(evidence, 0).status, seconds: evidence.executionSeconds };
  const found = [...report.problems, ...disagreements(report.claims ?? noClaims, seen)];
  const problems = reportRequired ? found : [];
  const { status, reason, source } = judge(evidence, problems.length);
  const late = lateSeconds(evidence);
  return {
    status,
    status_reason: reason,
    source: exit !== null ? evidence.exitSource : source,
    exit_code: exit?.code ?? null,
    signal: exit?.signal ?? null,
    completed_at: exit?.endedAt ?? evidence.endedAt,
    execution_time_seconds: evidence.executionSeconds,
    report_exists: report.exists,
    report_problems: problems,
    stop_steps: [...evidence.stopSteps],
    survivors: [...evidence.survivors],
    reaped: evidence.reaped,
    ...(evidence.work !== undefined && isUnproven({ ...seen, ...evidence.work }) ? { unproven: true } : {}),
    ...(late === null ? {} : { report_late_seconds: late }),
  };
}

/** Only where the end is known to the moment. */
function lateSeconds({ exit, report: { writtenAt } }: RunEvidence): number | null {
  if (exit === null || writtenAt === null || writtenAt === undefined) return null;
  const ms = Math.round(writtenAt - Date.parse(exit.endedAt));
  return ms > 0 ? ms / 1000 : null;
}

interface Judgement {
  readonly status: EndStatus;
  readonly reason: string;
  /** What says so where no exit was seen. */
  readonly source: Ending['source'];
}

/** In this order: the stop that was wanted, the exit, the result line, the report. Without any of them it is lost. */
function judge(evidence: RunEvidence, reportProblems: number): Judgement {
  const { exit, result, stop, stopSteps, report, logCut } = evidence;
  const source = result === null ? 'none' : 'result_line';
  if (stop !== null) return { ...stopped(stop, stopSteps), source };
  if (result?.isError === true) return { status: 'failed', reason: `${exitWords(exit)}: ${result.summary}`, source };
  if (exit !== null && exit.code !== 0) {
    const reason = result === null ? exitWords(exit) : `${exitWords(exit)}, after it reported: ${result.summary}`;
    return { status: 'failed', reason, source };
  }
  const late = lateSeconds(evidence);
  const remarks = [
    ...(late === null ? [] : [`report written ${late} s after its end`]),
    ...(reportProblems === 0 ? [] : [`report: ${reportProblems} ${reportProblems === 1 ? 'problem' : 'problems'}`]),
    ...(logCut === null ? [] : [`log cut to ${megabytes(logCut.keptBytes)} (limits.log_limit_mb)`]),
  ];
  const done = (how: string): string => [how, ...remarks].join(', ');
  if (exit !== null) return { status: 'completed', reason: done('done'), source };
  if (result !== null)
    return { status: 'completed', reason: done('done by its result line, no exit was seen'), source };
  if (report.exists && report.problems.length === 0) {
    return { status: 'completed', reason: done('done by its report, no exit was seen'), source: 'report' };
  }
  return {
    status: 'lost',
    reason: 'vanished: no exit was seen, no exit record, no result and no valid report',
    source: 'none',
  };
}

function stopped(
  { reason, by, maxRuntime, detail }: NonNullable<RunEvidence['stop']>,
  steps: readonly string[],
): Pick<Judgement, 'status' | 'reason'> {
  const how = steps.length === 0 ? 'it had ended by then' : `by ${steps.join(', ')}`;
  switch (reason) {
    case 'timeout':
      return { status: 'timed_out', reason: `over ${maxRuntime} s (max_runtime), ended ${how}` };
    case 'process_limit':
      return { status: 'failed', reason: `process_limit: ${detail ?? 'too many processes'}, ended ${how}` };
    case 'log_limit':
      return { status: 'failed', reason: `log_limit: ${detail ?? 'its log was too large'}, ended ${how}` };
    case 'budget':
      return { status: 'stopped', reason: `BUDGET_EXCEEDED: ${detail ?? 'a budget is used up'}, ended ${how}` };
    case 'stop':
    case 'shutdown':
      return { status: 'stopped', reason: `stopped by ${by} (${how})` };
  }
}

function exitWords(exit: ExitStatus | null): string {
  if (exit === null) return 'no exit was seen';
  if (exit.signal !== null) return `ended by ${exit.signal}`;
  return `exit ${exit.code ?? 'unknown'}`;
}
