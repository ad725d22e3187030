/** submit_report: a completion report handed in. It takes the place of whatever is there, and is answered as `report` answers. */
import { lstatSync } from 'node:fs';
import type { Config } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { ReportAnswer } from '../../../protocol/queries.ts';
import type { SubmitReportRequest } from '../../../protocol/verbs.ts';
import type { Principal } from '../facade.ts';
import { replaceFileDurably } from '../ledger/atomic-file.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { largestReportBytes } from '../reports/report-file.ts';
import { type Layout, ownFolder } from '../root/layout.ts';
import { reportOf } from './report.ts';
import type { Note } from './repeats.ts';
import { reach } from './rights.ts';

export interface SubmitReportDeps {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly config: Config;
}

/**
 * Durable when it settles. A link or a pipe in the report's place is replaced, never followed or opened.
 * Failures: TOO_LARGE, UNKNOWN_AGENT, WRONG_STATE (a folder is in its place), INVALID_REQUEST (a link is in the place of reports/).
 */
export async function submitReport(
  { layout, ledger, config }: SubmitReportDeps,
  { agent_id, markdown }: SubmitReportRequest,
  by: Principal,
  note: Note,
): Promise<Result<ReportAnswer>> {
  const found = whoseReport({ ledger }, agent_id, by);
  if (!found.ok) return found;
  const whose = found.value;
  const bytes = Buffer.byteLength(markdown);
  if (bytes > largestReportBytes) {
    return fail('TOO_LARGE', `The report has ${bytes} bytes; at most ${largestReportBytes} are taken. Shorten it.`, {
      size: bytes,
      limit: largestReportBytes,
    });
  }
  // A coordinator that is read-only touches no file.
  if (ledger.closed !== null) throw ledger.closed;
  const own = ownFolder(layout.reports);
  if (!own.ok) return own;
  const path = layout.reportFile(whose);
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    return fail(
      'WRONG_STATE',
      `${path} is a folder, so no report can be put there. Remove it, then hand it in again.`,
      {
        path,
      },
    );
  }
  await replaceFileDurably(path, markdown);
  const noted = note([]);
  if (noted.length > 0) await ledger.commit(noted);
  // It may have been forgotten while the disk was at work; the report stays, as reports do.
  return reportOf({ ledger, config }, whose, by);
}

export function whoseReport(
  { ledger }: Pick<SubmitReportDeps, 'ledger'>,
  agentId: string | null,
  by: Principal,
): Result<string> {
  const whose = agentId ?? (by.kind === 'agent' ? by.agentId : null);
  if (whose === null) {
    return fail('INVALID_REQUEST', 'Whose report? With the operator token, name the agent in agent_id.', {
      reason: 'agent_missing',
    });
  }
  const found = reach(ledger.current, by, whose);
  return found.ok ? ok(whose) : found;
}
