/** compliance: the Protocol v1.2 score of an agent, a branch, a day, or of all that a caller may see. */
import { stat } from 'node:fs/promises';
import { type Agent, isEnded } from '../../../protocol/agent.ts';
import {
  agentCompliance,
  type ComplianceAnswer,
  type ComplianceRequest,
  togetherOf,
} from '../../../protocol/compliance.ts';
import type { Config } from '../../../protocol/config.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import { agentsInOrder, type Fleet, subtree } from '../../../protocol/fleet.ts';
import type { Principal } from '../facade.ts';
import { mayReach, ownerFor } from './rights.ts';

/** Logs that are looked at at once: each is one look at the disk. */
const looksAtOnce = 64;

export async function compliance(
  fleet: Fleet,
  { balance }: Pick<Config, 'balance'>,
  { agent_id, tree, day }: Pick<ComplianceRequest, 'agent_id' | 'tree' | 'day'>,
  by: Principal,
): Promise<Result<ComplianceAnswer>> {
  const chosen = agent_id === null ? ok(reachable(fleet, by)) : branch(fleet, by, agent_id, tree);
  if (!chosen.ok) return chosen;
  const agents = chosen.value
    .filter(({ facts }) => day === null || facts.accepted_at.startsWith(day))
    .toSorted((a, b) => a.facts.ordinal - b.facts.ordinal);
  const bytes = await logSizes(agents.filter(isEnded));
  const facts = { fleet, rules: balance, logBytes: (agent: Agent) => bytes.get(agent.facts.agent_id) ?? null };
  const each = agents.map((agent) => agentCompliance(agent, facts));
  return ok({ agent_id, tree, day, ...togetherOf(each), agents: each });
}

const reachable = (fleet: Fleet, by: Principal): Agent[] =>
  agentsInOrder(fleet).filter(({ facts }) => mayReach(fleet, by, facts.agent_id));

/** An outside parent has no life of its own here: it is always its tree. */
function branch(fleet: Fleet, by: Principal, agentId: string, isTree: boolean): Result<Agent[]> {
  const owner = ownerFor(fleet, by, agentId);
  if (!owner.ok) return owner;
  const agent = fleet.agents.get(agentId);
  if (agent !== undefined) return ok(isTree ? subtree(fleet, agentId) : [agent]);
  return ok((fleet.externals.get(agentId)?.children ?? []).flatMap((child) => subtree(fleet, child)));
}

async function logSizes(agents: readonly Agent[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (let at = 0; at < agents.length; at += looksAtOnce) {
    await Promise.all(
      agents.slice(at, at + looksAtOnce).map(async ({ facts }) => {
        const found = await stat(facts.log_file).catch(() => null); // Gone, or out of reach: no log for anybody.
        if (found?.isFile() === true) sizes.set(facts.agent_id, found.size);
      }),
    );
  }
  return sizes;
}
