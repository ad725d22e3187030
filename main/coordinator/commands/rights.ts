/** What a caller may reach: the operator everything, an agent itself and what lies below it. */
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { type Fleet, isWithin } from '../../../protocol/fleet.ts';
import type { Agent } from '../../../protocol/agent.ts';
import type { Principal } from '../facade.ts';

export const mayReach = (fleet: Fleet, by: Principal, agentId: string): boolean =>
  by.kind === 'operator' || isWithin(fleet, agentId, by.agentId);

/** An agent out of reach is answered like one that does not exist: nobody learns of agents that are not theirs. */
export function reach(fleet: Fleet, by: Principal, agentId: string): Result<Agent> {
  const agent = fleet.agents.get(agentId);
  if (agent !== undefined && mayReach(fleet, by, agentId)) return ok(agent);
  return fail('UNKNOWN_AGENT', `There is no agent ${agentId} that you may see. List the agents to find its id.`, {
    agent_id: agentId,
  });
}

/** The parent a deployment gets: an agent deploys under itself or its descendants, never elsewhere. */
export function parentFor(fleet: Fleet, by: Principal, asked: string | null): Result<string | null> {
  if (by.kind === 'operator') return ok(asked);
  const parent = asked ?? by.agentId;
  if (isWithin(fleet, parent, by.agentId)) return ok(parent);
  return fail(
    'NOT_ALLOWED',
    `parent_agent ${parent} is not ${by.agentId} or below it; an agent deploys only in its own branch. Leave parent_agent out to deploy under yourself.`,
    {
      parent_agent: parent,
      caller: by.agentId,
    },
  );
}

export function operatorOnly(by: Principal): Result<void> {
  if (by.kind === 'operator') return ok(undefined);
  return fail('NOT_ALLOWED', 'Only the operator may do this. Use the operator token that coordinator.json names.', {
    reason: 'operator_only',
    caller: by.agentId,
  });
}

export const callerName = (by: Principal): string => (by.kind === 'operator' ? 'operator' : by.agentId);

/** The parent whose children or messages are asked for: one's own by default, any in reach, for the operator also outside ones. */
export function ownerFor(fleet: Fleet, by: Principal, asked: string | null): Result<string> {
  if (asked === null) {
    if (by.kind === 'agent') return ok(by.agentId);
    return fail('INVALID_REQUEST', 'Whose children? With the operator token, name the parent.', {
      reason: 'parent_missing',
    });
  }
  if (by.kind === 'operator' && fleet.externals.has(asked)) return ok(asked);
  const found = reach(fleet, by, asked);
  return found.ok ? ok(asked) : found;
}
