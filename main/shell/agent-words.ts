/** How menus and toasts call an agent. Pure. */
import type { Agent } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';

/** Characters of an agent's name, so that a long one cannot push what can be done off the screen. */
const longestLabel = 60;
/** Steps of a path; of a deeper one the first and the last are shown. */
const mostSteps = 3;

/** `L2.1 sprite scanner`; without a name, its id tells it from its siblings. */
export const labelOf = ({ facts }: Agent): string =>
  shortened(`${facts.agent_type} ${facts.name ?? facts.agent_id}`, longestLabel);

/** Where it stands: `L1 overwatch › L2.2 assets`, from the top down to its parent; null at the top of its tree. */
export function placeInTree(fleet: Fleet, agent: Agent): string | null {
  const steps = ancestors(fleet, agent).map((id) => {
    const above = fleet.agents.get(id);
    return above === undefined ? shortened(id, longestLabel) : labelOf(above);
  });
  if (steps.length === 0) return null;
  const shown = steps.length <= mostSteps ? steps : [steps[0], '…', ...steps.slice(1 - mostSteps)];
  return shown.join(' › ');
}

/** The top of its tree: an agent of ours, or an outside parent. */
export const branchOf = (fleet: Fleet, agent: Agent): string => ancestors(fleet, agent)[0] ?? agent.facts.agent_id;

/** Ids from the top of the tree down to its parent; one that is forgotten ends the way up. */
function ancestors(fleet: Fleet, agent: Agent): string[] {
  const ids: string[] = [];
  for (let at = agent.facts.parent_agent; at !== null && !ids.includes(at);) {
    ids.unshift(at);
    at = fleet.agents.get(at)?.facts.parent_agent ?? null;
  }
  return ids;
}

/** One line of at most so many characters, control characters and line breaks as spaces. */
export function shortened(text: string, longest: number): string {
  const line = text.replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu, ' ').trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
