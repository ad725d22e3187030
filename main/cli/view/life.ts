/** What an agent record says about its agent's life, for every view that asks. */
import { endStatusSchema, neverBeganStatusSchema } from '../../../protocol/agent.ts';
import type { AgentRecord } from '../../../protocol/record.ts';

const endings: ReadonlySet<string> = new Set([...endStatusSchema.options, ...neverBeganStatusSchema.options]);

/** True when nothing more will come of it. */
export const hasEnded = ({ status }: Pick<AgentRecord, 'status'>): boolean => endings.has(status);

/** Seconds it ran, has run so far, or has waited for its start; null when it never ran. Of one that was paused and runs: since its start. */
export function secondsOf(record: AgentRecord, now: number): number | null {
  if (hasEnded(record) || record.status === 'paused') return record.execution_time_seconds;
  return (now - Date.parse(record.started_at ?? record.queued_at)) / 1000;
}

/** The reason in words, with what is wrong with the report added, since `completed` alone would hide it. */
export function reasonOf({ status_reason, report_problems, waiting_for, unproven }: AgentRecord): string {
  if (waiting_for !== null) return `asks: ${waiting_for}`;
  const count = report_problems.length;
  const flags = [
    ...(unproven ? ['unproven'] : []),
    ...(count === 0 ? [] : [`report: ${count} problem${count === 1 ? '' : 's'}`]),
  ];
  return flags.length === 0 ? status_reason : `${status_reason} (${flags.join('; ')})`;
}
