/** Where a report and what the coordinator saw disagree. */
import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import type { EndStatus, ReportProblem } from '../../../protocol/agent.ts';
import type { Claimed, ReportClaims } from './claims.ts';
import { problem } from './report-file.ts';

export interface SeenRun {
  readonly status: EndStatus;
  readonly seconds: number | null;
}

/** An agent knows its own time only roughly: both must be passed before it is a disagreement. */
const timeSlackSeconds = 60;
const timeFactor = 2;

/** Pure. Of a run that is over. */
export function disagreements({ success, seconds }: ReportClaims, seen: SeenRun): ReportProblem[] {
  const problems: ReportProblem[] = [];
  if (success !== null && seen.status !== 'completed') {
    problems.push(
      problem(
        'contradicts_run',
        `The report says "${success.value}", but the run ${seenWords[seen.status]}. Say what was not done and why.`,
        success.line,
      ),
    );
  }
  if (seconds !== null && seen.seconds !== null && isFarFrom(seconds.value, seen.seconds)) {
    problems.push(
      problem(
        'time_differs',
        `The report says it took ${seconds.value} s, but the run took ${seen.seconds} s. Correct the time.`,
        seconds.line,
      ),
    );
  }
  return problems;
}

const seenWords: Readonly<Record<EndStatus, string>> = {
  completed: 'completed',
  failed: 'failed',
  stopped: 'was stopped',
  timed_out: 'was stopped for lack of time',
  lost: 'vanished',
};

function isFarFrom(said: number, was: number): boolean {
  const [less, more] = said < was ? [said, was] : [was, said];
  return more - less > timeSlackSeconds && more > less * timeFactor;
}

/** Paths outside `cwd` are not looked at: a report is no means to learn what lies elsewhere. */
export async function missingFiles(files: readonly Claimed<string>[], cwd: string): Promise<ReportProblem[]> {
  const problems: ReportProblem[] = [];
  for (const { value, line } of files) {
    const path = resolve(cwd, value.replaceAll('\\', '/'));
    const inside = relative(cwd, path);
    if (inside.startsWith('..') || isAbsolute(inside) || (await exists(path))) continue;
    problems.push(
      problem(
        'file_not_found',
        `The report names \`${value}\`, which is not in ${cwd}. Correct the path, or say what became of the file.`,
        line,
      ),
    );
  }
  return problems;
}

/** What cannot be looked at is not said to be missing. */
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    (error: unknown) =>
      !(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')),
  );
