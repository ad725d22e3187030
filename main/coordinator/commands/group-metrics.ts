/** How the groups are divided, as estimated and as measured. */
import { isEnded } from '../../../protocol/agent.ts';
import type { BalanceRules } from '../../../protocol/balance.ts';
import { agentsInOrder, type Fleet } from '../../../protocol/fleet.ts';
import { groupsIn } from '../../../protocol/group-record.ts';
import { groupName } from '../../../protocol/group-name.ts';
import type { Metrics } from '../../../protocol/measures.ts';
import type { Principal } from '../facade.ts';
import { mayReach } from './rights.ts';

/** Older ones are in the records of their agents. */
const mostGroups = 200;

/** Groups of one are left out. `nowMs`: since 1970. */
export function groupMetrics(fleet: Fleet, by: Principal, rules: BalanceRules, nowMs: number): Metrics['groups'] {
  const agents = agentsInOrder(fleet).filter(({ facts }) => mayReach(fleet, by, facts.agent_id));
  return groupsIn(fleet, agents, rules, nowMs)
    .filter(({ division: { members, size } }) => members.length > 1 || (size ?? 0) > 1)
    .slice(0, mostGroups)
    .map(({ division, done }) => {
      const largest = Math.max(...done.amounts.values());
      return {
        parent_agent: division.key.parent,
        group: groupName(division.key),
        size: division.size,
        agents: division.members.length,
        living: division.members.filter((one) => !isEnded(one)).length,
        max_share: division.shares.size === 0 ? null : division.max_share,
        ratio: division.ratio,
        load_balance_score: division.load_balance_score,
        is_balanced: division.shares.size === 0 ? null : division.is_balanced,
        flagged: division.members.filter(({ facts }) => facts.balance?.flagged === true).length,
        actual_max_share: done.amounts.size < 2 || done.total <= 0 ? null : largest / done.total,
        actual_basis: done.amounts.size < 2 || done.total <= 0 ? null : done.basis,
      };
    });
}
