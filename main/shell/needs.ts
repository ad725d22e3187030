/** What a person is needed for: agents that ended badly, agents that left something open, and approvals. Pure. */
import { type Agent, statusOf } from '../../protocol/agent.ts';
import type { Approval } from '../../protocol/approvals.ts';
import { approvalsInOrder } from '../../protocol/approving.ts';
import type { Fleet } from '../../protocol/fleet.ts';

/** When its life was over, ISO 8601; null while it goes on. */
export function endedAt({ life }: Agent): string | null {
  if (life.status === 'ended') return life.ending.completed_at;
  return life.status === 'never_began' ? life.at : null;
}

export function hasFailed(agent: Agent): boolean {
  const status = statusOf(agent);
  return status === 'failed' || status === 'lost' || status === 'timed_out' || status === 'refused';
}

/** It ended well enough, but left something that only a person can settle: a bad report, a process that would not stop. */
export function leftSomething(agent: Agent): boolean {
  if (agent.life.status !== 'ended' || hasFailed(agent)) return false;
  const { ending } = agent.life;
  return ending.survivors.length > 0 || (ending.status === 'completed' && ending.report_problems.length > 0);
}

/** It is stopped, or was, because a budget is used up: which one, in words; null: not so. */
export function overBudget({ life }: Agent): string | null {
  if (life.status === 'stopping') return life.reason === 'budget' ? (life.detail ?? 'a budget is used up') : null;
  if (life.status !== 'ended' || life.ending.status !== 'stopped') return null;
  return /^BUDGET_EXCEEDED: (.*)$/s.exec(life.ending.status_reason)?.[1] ?? null;
}

/** How it ended, in a few words for a menu: `failed`, `no report`, `2 processes left`. */
export function endWords(agent: Agent): string {
  const { life } = agent;
  if (life.status !== 'ended' || hasFailed(agent)) return failedWords[statusOf(agent)] ?? statusOf(agent);
  const { survivors, report_problems: problems } = life.ending;
  if (survivors.length > 0) return survivors.length === 1 ? '1 process left' : `${survivors.length} processes left`;
  if (problems.some(({ code }) => code === 'missing')) return 'no report';
  if (problems.length > 0)
    return problems.length === 1 ? '1 problem in its report' : `${problems.length} problems in its report`;
  return life.ending.status;
}

const failedWords: Readonly<Record<string, string>> = { timed_out: 'timed out', refused: 'not started' };

/** Oldest first. */
export const openApprovals = ({ approvals }: Fleet): Approval[] =>
  approvalsInOrder(approvals.filter(({ status }) => status === 'open'));

/** What a tool is to be called with, on one line: the command of a shell, else the JSON text as it is kept. */
export function inputWords({ input }: Approval): string {
  try {
    const given: unknown = JSON.parse(input);
    if (typeof given === 'object' && given !== null) {
      for (const key of ['command', 'file_path', 'path', 'url']) {
        const value: unknown = Reflect.get(given, key);
        if (typeof value === 'string' && value !== '') return value;
      }
    }
  } catch {
    // The beginning of a long one is no JSON: it is shown as it is.
  }
  return input;
}
