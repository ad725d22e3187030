/** What is prepared before an attempt that is not the first: its line in the log, and a report that is its own. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../../../protocol/agent.ts';
import { makeFolder } from '../ledger/atomic-file.ts';
import type { Layout } from '../root/layout.ts';
import { markAttempt } from './attempt-log.ts';

/** Where the report of an attempt is kept, in the attempt's folder, when there is a next one. */
export const keptReportName = 'COMPLETION_REPORT.md';

/**
 * A report of an earlier attempt must not be taken for the new one's, however soon that follows, so it goes to the attempt it
 * belongs to. Throws what the system says when a file cannot be written.
 */
export function beginNextAttempt(layout: Layout, { facts, failures }: Agent, attempt: number): void {
  const { agent_id, completion_report, log_file } = facts;
  if (existsSync(completion_report)) {
    const before = layout.attemptFolder(agent_id, attempt - 1);
    makeFolder(before);
    renameSync(completion_report, join(before, keptReportName));
  }
  markAttempt(log_file, attempt, failures > 0 ? 'the one before it failed' : 'it was restarted');
}
