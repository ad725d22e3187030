/** A child stands below its parent, no deeper than allowed, and only below a parent that is still at work. */
import { isEnded, statusOf } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { isCoordinatorAgentId, levelOf } from '../../../protocol/names.ts';

export interface Place {
  readonly level: number;
  /** Set when the parent is an outside one that has not been seen before. */
  readonly newExternal: { readonly agentId: string; readonly level: number } | null;
}

export function checkHierarchy(
  fleet: Fleet,
  agentType: string,
  parent: string | null,
  maxDepth: number,
): Result<Place> {
  const level = levelOf(agentType);
  if (level < 1 || level > maxDepth) {
    return fail(
      'HIERARCHY_VIOLATION',
      `agent_type ${agentType} is level ${level}; agents are level 1 to ${maxDepth} (limits.max_depth). Use a level in between.`,
      { agent_type: agentType, level, max_depth: maxDepth },
    );
  }
  if (parent === null) return ok({ level, newExternal: null });
  const agent = fleet.agents.get(parent);
  if (agent !== undefined) {
    if (isEnded(agent) || agent.life.status === 'stopping') return endedParent(parent, statusOf(agent));
    return below(agentType, level, parent, agent.facts.level, null);
  }
  if (isCoordinatorAgentId(parent)) {
    return fail(
      'UNKNOWN_AGENT',
      `parent_agent ${parent} is not an agent of this coordinator. Take the agent_id from its answer, or a name of your own.`,
      {
        parent_agent: parent,
      },
    );
  }
  const external = fleet.externals.get(parent);
  // An outside parent says nothing of its level: the first child it deploys places it right above.
  const parentLevel = external?.level ?? level - 1;
  return below(
    agentType,
    level,
    parent,
    parentLevel,
    external === undefined ? { agentId: parent, level: parentLevel } : null,
  );
}

function below(
  agentType: string,
  level: number,
  parent: string,
  parentLevel: number,
  newExternal: Place['newExternal'],
): Result<Place> {
  if (level > parentLevel) return ok({ level, newExternal });
  return fail(
    'HIERARCHY_VIOLATION',
    `agent_type ${agentType} is level ${level}, its parent ${parent} is level ${parentLevel}; a child stands below its parent. Use level ${parentLevel + 1} or lower.`,
    { agent_type: agentType, level, parent_agent: parent, parent_level: parentLevel },
  );
}

function endedParent(parent: string, status: string): Result<never> {
  return fail(
    'HIERARCHY_VIOLATION',
    `parent_agent ${parent} is ${status}; only an agent at work deploys others. Deploy under a living one.`,
    {
      parent_agent: parent,
      parent_status: status,
    },
  );
}
