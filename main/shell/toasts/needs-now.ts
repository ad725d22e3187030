/** All that a person is needed for at present, each under a key of its own. Pure. */
import type { Agent } from '../../../protocol/agent.ts';
import type { Approval } from '../../../protocol/approvals.ts';
import { type Fleet, agentsInOrder } from '../../../protocol/fleet.ts';
import { endedAt, hasFailed, leftSomething, openApprovals, overBudget } from '../needs.ts';

export interface Need {
  /** An approval's id; or an agent's with its attempt, so that the failure of a second attempt is another one. */
  readonly key: string;
  readonly agent: Agent;
  /** null: the agent itself is what a person is needed for. */
  readonly approval: Approval | null;
}

/** Ends before `since` (ms since the epoch) are left out: they belong to an earlier start. */
export function needsNow(fleet: Fleet, since: number): ReadonlyMap<string, Need> {
  const needs = new Map<string, Need>();
  for (const approval of openApprovals(fleet)) {
    const agent = fleet.agents.get(approval.agent_id);
    if (agent !== undefined) needs.set(approval.approval_id, { key: approval.approval_id, agent, approval });
  }
  for (const agent of agentsInOrder(fleet)) {
    if (!hasFailed(agent) && !leftSomething(agent) && overBudget(agent) === null) continue;
    const end = endedAt(agent);
    if (end !== null && Date.parse(end) < since) continue;
    const attempt = 'attempt' in agent.life ? agent.life.attempt : 0;
    const key = `${agent.facts.agent_id}#${attempt}`;
    needs.set(key, { key, agent, approval: null });
  }
  return needs;
}
