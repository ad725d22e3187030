/** What an agent has spent in all, as the fleet has it. */
import type { Agent } from '../../../protocol/agent.ts';
import { tokensOf } from '../../../protocol/spending.ts';
import type { AgentTotal } from './spent-by.ts';

/** null: its runtime has told nothing, or it is not known. */
export function totalOf(agent: Agent | undefined): AgentTotal | null {
  if (agent === undefined) return null;
  const { facts, usage, usage_before: before } = agent;
  if (usage.tokens === null && usage.cost_usd === null) return null;
  return {
    agentId: facts.agent_id,
    tokens: tokensOf(agent),
    cost_usd: usage.cost_usd ?? 0,
    before: { tokens: tokensOf({ ...agent, usage: before }), cost_usd: before.cost_usd ?? 0 },
  };
}
