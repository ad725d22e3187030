/** An agent in few words: what a model needs to go on. `agent_status` has the rest. */
import type { z } from 'zod';
import { type AgentRecord, agentRecordSchema } from '../../protocol/record.ts';

export const briefSchema = agentRecordSchema.pick({
  agent_id: true,
  name: true,
  agent_type: true,
  parent_agent: true,
  status: true,
  status_reason: true,
  runtime: true,
  model: true,
  children: true,
  started_at: true,
  completed_at: true,
  execution_time_seconds: true,
  exit_code: true,
  completion_report: true,
  completion_report_exists: true,
  report_problems: true,
  cost_usd: true,
});
export type Brief = z.infer<typeof briefSchema>;

/** The schema takes away what is not in it. */
export const brief = (record: AgentRecord): Brief => briefSchema.parse(record);

/** One line for people. */
export function line({ agent_id, agent_type, name, status, status_reason }: Brief): string {
  const named = name === null ? '' : ` "${name}"`;
  return `${agent_id} (${agent_type}${named}) ${status}: ${status_reason}`;
}

/** What is not as it should be about how its work is shared; one line each. */
export const balanceLines = ({
  name,
  agent_type,
  balance,
}: Pick<AgentRecord, 'name' | 'agent_type' | 'balance'>): string[] =>
  balance === null
    ? []
    : [
        ...balance.reasons.map((reason) => `not balanced, ${name ?? agent_type}: ${reason}`),
        ...(balance.replan === null ? [] : [`plan again: ${balance.replan.suggestion}`]),
      ];

/** Where the report is, or what is wrong with it. */
export function reportLine({ completion_report, completion_report_exists, report_problems }: Brief): string {
  const problems = report_problems.map(({ message }) => message).join('; ');
  if (!completion_report_exists) return `no report${problems === '' ? '' : ` (${problems})`}`;
  return `report: ${completion_report}${problems === '' ? '' : ` (${problems})`}`;
}
