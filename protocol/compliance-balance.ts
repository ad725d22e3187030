/** The balance criterion of the Protocol v1.2 score: how evenly the work of an agent's group was divided. */
import { type Agent, isEnded } from './agent.ts';
import type { BalanceRules } from './balance.ts';
import { fullPoints, notApplicable, pending, type Point, scored } from './compliance-point.ts';
import type { Fleet } from './fleet.ts';
import { divisionOf, groupOf, membersOfGroup } from './groups.ts';

/** Of a group of three or more its load balance score; of two only their ratio counts. All of a group get the same. */
export function balancePoint(agent: Agent, fleet: Fleet, rules: BalanceRules): Point {
  const key = groupOf(agent);
  if (key === null) return notApplicable('it shared its work with nobody');
  const members = membersOfGroup(fleet, key);
  if (!members.every(isEnded)) return pending('its group is still at work');
  const { shares, ratio, max_share, load_balance_score: score } = divisionOf(key, members, rules);
  if (shares.size < 2) return notApplicable('fewer than two of its group stated a workload and did it');
  const share = shares.get(agent.facts.agent_id);
  if (share === undefined) {
    if (agent.facts.estimated_workload !== null) return notApplicable('another of its group took over its share');
    return scored(0, 'others of its group stated their workload, it did not');
  }
  const part = score === null ? (ratio === null ? 0 : Math.min(1, 2 / ratio)) : score / 100;
  const words = `its share was ${percent(share)}, the largest of ${shares.size} ${percent(max_share)}, largest to smallest ${ratio === null ? 'without end (one has nothing)' : `${ratio.toFixed(2)} : 1`}`;
  return scored(fullPoints * part, words);
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
