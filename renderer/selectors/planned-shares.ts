/** Each agent's part of its group's work, as it was planned. */
import type { Fleet } from '../../protocol/fleet.ts';
import { divisionOf, groupOf, groupsOf } from '../../protocol/groups.ts';

/** They decide what is balanced, not what the parts are. */
const anyRules = { max_share: 1, max_ratio: Number.POSITIVE_INFINITY };

/** By agent: fraction of 1. Only of groups of two or more; who stated no weight has none. */
export function plannedShares(fleet: Fleet): ReadonlyMap<string, number> {
  const parents = new Set<string | null>([null, ...fleet.externals.keys()]);
  for (const { facts, children } of fleet.agents.values()) if (children.length > 1) parents.add(facts.agent_id);
  const shares = new Map<string, number>();
  for (const parent of parents) {
    for (const members of groupsOf(fleet, parent)) {
      const key = members[0] === undefined || members.length < 2 ? null : groupOf(members[0]);
      if (key === null) continue;
      for (const [id, share] of divisionOf(key, members, anyRules).shares) shares.set(id, share);
    }
  }
  return shares;
}
