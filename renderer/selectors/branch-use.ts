/** What each branch uses at present and has used so far: an agent with all below it. */
import type { Agent } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import { tokensOf } from '../../protocol/spending.ts';
import type { DashboardState } from '../store/state.ts';

/** null: nothing of it is measured, or told. */
export interface BranchUse {
  /** Percent of one core. */
  readonly cpuPercent: number | null;
  readonly memoryMb: number | null;
  readonly tokens: number | null;
  /** US dollars. */
  readonly costUsd: number | null;
}

export const noUse: BranchUse = { cpuPercent: null, memoryMb: null, tokens: null, costUsd: null };

/** By agent id and by outside parent; '' is the whole fleet. */
export function branchUses(fleet: Fleet, measured: DashboardState['measured']): ReadonlyMap<string, BranchUse> {
  const uses = new Map<string, BranchUse>();
  const below = (children: readonly string[]): BranchUse =>
    children.reduce((sum, id) => plus(sum, branch(fleet.agents.get(id))), noUse);
  const branch = (agent: Agent | undefined): BranchUse => {
    if (agent === undefined) return noUse;
    const use = plus(ownUse(agent, measured), below(agent.children));
    uses.set(agent.facts.agent_id, use);
    return use;
  };
  let all = noUse;
  for (const agent of fleet.agents.values()) {
    const { parent_agent: parent } = agent.facts;
    if (parent === null || !fleet.agents.has(parent)) all = plus(all, branch(agent));
  }
  for (const { agent_id, children } of fleet.externals.values()) {
    uses.set(
      agent_id,
      children.reduce((sum, id) => plus(sum, uses.get(id) ?? noUse), noUse),
    );
  }
  uses.set('', all);
  return uses;
}

/** Of the agent alone. */
export function ownUse(agent: Agent, measured: DashboardState['measured']): BranchUse {
  const now = measured.get(agent.facts.agent_id);
  return {
    cpuPercent: now?.cpuPercent ?? null,
    memoryMb: now?.memoryMb ?? null,
    tokens: agent.usage.tokens === null ? null : tokensOf(agent),
    costUsd: agent.usage.cost_usd,
  };
}

const add = (a: number | null, b: number | null): number | null => (a === null || b === null ? (a ?? b) : a + b);

const plus = (a: BranchUse, b: BranchUse): BranchUse => ({
  cpuPercent: add(a.cpuPercent, b.cpuPercent),
  memoryMb: add(a.memoryMb, b.memoryMb),
  tokens: add(a.tokens, b.tokens),
  costUsd: add(a.costUsd, b.costUsd),
});
