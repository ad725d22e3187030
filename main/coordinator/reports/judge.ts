/** What the gate says of the reports of agents as they are known now. */
import type { Agent } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { checkReport, type ReportVerdict } from './gate.ts';
import { branchOf, type Verdicts } from './tree-rows.ts';

export function judgeReport(agent: Agent, { sections }: Config['report']): Promise<ReportVerdict> {
  const { facts } = agent;
  const { started_at } = agentRecord(agent);
  return checkReport({
    path: facts.completion_report,
    agentId: facts.agent_id,
    sections,
    // File times come from a coarser clock than ours.
    writtenAfter: started_at === null ? null : Date.parse(started_at) - 1000,
  });
}

/** So many files are open at once. */
const atOnce = 16;

/** Of those in the branch that have ended and owe a report. */
export async function judgeReports(fleet: Fleet, top: string, config: Config['report']): Promise<Verdicts> {
  const owed = branchOf(fleet, top)
    .flatMap(({ id }) => fleet.agents.get(id) ?? [])
    .filter(({ life, facts }) => life.status === 'ended' && facts.report_required);
  const verdicts = new Map<string, ReportVerdict>();
  for (let from = 0; from < owed.length; from += atOnce) {
    const some = owed.slice(from, from + atOnce);
    const judged = await Promise.all(some.map((agent) => judgeReport(agent, config)));
    some.forEach(({ facts }, index) => {
      const verdict = judged[index];
      if (verdict !== undefined) verdicts.set(facts.agent_id, verdict);
    });
  }
  return verdicts;
}
