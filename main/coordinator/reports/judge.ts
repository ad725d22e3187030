/** What the gate says of the reports of agents as they are known now. */
import type { Agent } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { disagreements } from './agreement.ts';
import { checkReport, type ReportVerdict } from './gate.ts';
import { branchOf, type Verdicts } from './tree-rows.ts';

export async function judgeReport(agent: Agent, { sections }: Config['report']): Promise<ReportVerdict> {
  const { facts, life } = agent;
  const { started_at } = agentRecord(agent);
  const verdict = await checkReport({
    path: facts.completion_report,
    agentId: facts.agent_id,
    sections,
    // File times come from a coarser clock than ours.
    writtenAfter: started_at === null ? null : Date.parse(started_at) - 1000,
    cwd: facts.cwd,
  });
  if (life.status !== 'ended') return verdict;
  const { status, execution_time_seconds: seconds } = life.ending;
  const problems = verdict.problems.filter(({ code, message }) => code !== 'file_not_found' || isNew(message));
  return { ...verdict, problems: [...problems, ...disagreements(verdict.claims, { status, seconds })] };

  /** A file that was there at the end may have been moved by others since: the report was right. */
  function isNew(message: string): boolean {
    if (life.status !== 'ended') return true;
    const isLater = (verdict.writtenAt ?? 0) > Date.parse(life.ending.completed_at);
    return isLater || life.ending.report_problems.some((known) => known.message === message);
  }
}

/** So many files are open at once. */
const atOnce = 16;

/** Of those in the branch that have ended; who owed none may have written one all the same. */
export async function judgeReports(fleet: Fleet, top: string, config: Config['report']): Promise<Verdicts> {
  const owed = branchOf(fleet, top)
    .flatMap(({ id }) => fleet.agents.get(id) ?? [])
    .filter(({ life }) => life.status === 'ended');
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
