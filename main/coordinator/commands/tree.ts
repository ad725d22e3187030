/** tree: a branch, or everything a caller may see, as a tree. */
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { agentsInOrder, type Fleet } from '../../../protocol/fleet.ts';
import type { TreeAnswer, TreeNode } from '../../../protocol/queries.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { Principal } from '../facade.ts';
import { mayReach } from './rights.ts';

export function tree(fleet: Fleet, agentId: string | null, by: Principal, record: RecordOf): Result<TreeAnswer> {
  if (agentId === null) return ok({ roots: rootsFor(fleet, by).flatMap((id) => nodeOf(fleet, id, record) ?? []) });
  const node = mayReach(fleet, by, agentId) ? nodeOf(fleet, agentId, record) : null;
  if (node !== null) return ok({ roots: [node] });
  return fail('UNKNOWN_AGENT', `There is no agent ${agentId} that you may see. List the agents to find its id.`, {
    agent_id: agentId,
  });
}

function rootsFor(fleet: Fleet, by: Principal): string[] {
  if (by.kind === 'agent') return [by.agentId];
  const tops = agentsInOrder(fleet).filter(({ facts }) => facts.parent_agent === null);
  return [...fleet.externals.keys(), ...tops.map(({ facts }) => facts.agent_id)];
}

function nodeOf(fleet: Fleet, agentId: string, record: RecordOf): TreeNode | null {
  const agent = fleet.agents.get(agentId);
  const external = fleet.externals.get(agentId);
  if (agent === undefined && external === undefined) return null;
  const children = agent?.children ?? external?.children ?? [];
  return {
    agent_id: agentId,
    level: agent?.facts.level ?? external?.level ?? 0,
    agent: agent === undefined ? null : record(agent),
    children: children.flatMap((child) => nodeOf(fleet, child, record) ?? []),
  };
}
