/** report: an agent's completion report and what is wrong with it, as of now. */
import { readFile } from 'node:fs/promises';
import type { ReportAnswer } from '../../../protocol/queries.ts';
import type { Config } from '../../../protocol/config.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import type { Principal } from '../facade.ts';
import { checkReport } from '../reports/gate.ts';
import { reach } from './rights.ts';

export async function report(
  fleet: Fleet,
  config: Config,
  agentId: string,
  by: Principal,
): Promise<Result<ReportAnswer>> {
  const found = reach(fleet, by, agentId);
  if (!found.ok) return found;
  const { facts } = found.value;
  const { started_at } = agentRecord(found.value);
  const verdict = await checkReport({
    path: facts.completion_report,
    agentId,
    sections: config.report.sections,
    writtenAfter: started_at === null ? null : Date.parse(started_at) - 1000,
  });
  const isReadable = verdict.exists && !verdict.problems.some(({ code }) => code === 'unreadable');
  return ok({
    agent_id: agentId,
    completion_report: facts.completion_report,
    exists: verdict.exists,
    markdown: isReadable ? await readFile(facts.completion_report, 'utf8') : null,
    report_problems: facts.report_required ? [...verdict.problems] : [],
  });
}
