/** report: an agent's completion report and what is wrong with it, as of now; with `tree`, of all below it, too. */
import type { Config } from '../../../protocol/config.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import type { ReportAnswer } from '../../../protocol/queries.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { Clock } from '../clock.ts';
import type { Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { checkReport } from '../reports/gate.ts';
import { judgeReport, judgeReports } from '../reports/judge.ts';
import { treeReport } from '../reports/tree-report.ts';
import { branchOf } from '../reports/tree-rows.ts';
import type { Layout } from '../root/layout.ts';
import { compliance } from './compliance.ts';
import { reach } from './rights.ts';

export interface ReportDeps {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly config: Config;
  readonly clock: Clock;
  readonly record: RecordOf;
}

export async function reportOf(
  { ledger, config }: Pick<ReportDeps, 'ledger' | 'config'>,
  agentId: string,
  by: Principal,
): Promise<Result<ReportAnswer>> {
  const found = reach(ledger.current, by, agentId);
  if (!found.ok) return found;
  const { facts } = found.value;
  const { exists, markdown, problems } = await judgeReport(found.value, config.report);
  return ok({
    agent_id: agentId,
    completion_report: facts.completion_report,
    exists,
    markdown,
    report_problems: facts.report_required ? [...problems] : [],
  });
}

/** Everything in it is of one moment: the fleet as it was when the question came. */
export async function reportOfTree(
  { layout, ledger, config, clock, record }: ReportDeps,
  agentId: string,
  by: Principal,
): Promise<Result<ReportAnswer>> {
  const fleet = ledger.current;
  const now = clock.now();
  const own =
    by.kind === 'operator' && fleet.externals.has(agentId)
      ? outside(layout.reportFile(agentId), agentId, config)
      : reportOf({ ledger, config }, agentId, by);
  // Before anything is waited for: later they would be records of a later fleet.
  const records = new Map(
    branchOf(fleet, agentId).flatMap(({ id }) => {
      const agent = fleet.agents.get(id);
      return agent === undefined ? [] : [[agent, record(agent)] as const];
    }),
  );
  const answer = await own;
  if (!answer.ok) return answer;
  const verdicts = await judgeReports(fleet, agentId, config.report);
  const recordOf: RecordOf = (agent) => records.get(agent) ?? record(agent);
  const score = await compliance(fleet, config, { agent_id: agentId, tree: true, day: null }, by);
  if (!score.ok) return score;
  return ok({
    ...answer.value,
    tree: treeReport({ fleet, top: agentId, verdicts, now, recordOf, score: score.value }),
  });
}

/** What a parent outside may have left where its report would be; it owes none. */
async function outside(path: string, agentId: string, { report }: Config): Promise<Result<ReportAnswer>> {
  const { exists, markdown } = await checkReport({
    path,
    agentId,
    sections: report.sections,
    writtenAfter: null,
    cwd: null,
  });
  return ok({ agent_id: agentId, completion_report: path, exists, markdown, report_problems: [] });
}
