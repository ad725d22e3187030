/** Where an agent stands in the tree, in words: L0 › L1 overwatch › L2.2 scanner. */
import type { Fleet } from '../../protocol/fleet.ts';
import { agentTitle } from './tree-rows.ts';
import { visible } from './visible-text.ts';

export interface PathStep {
  /** null: the top, which is nobody's agent. */
  readonly agentId: string | null;
  /** `L2.1`; `L0` for the top. */
  readonly type: string;
  /** '' where there is no name beside the type. */
  readonly name: string;
}

/** From the top of the tree down to the agent, itself last. A parent that is not known any more ends the way up. */
export function agentPath(fleet: Fleet, agentId: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  const seen = new Set<string>();
  for (let at: string | null = agentId; at !== null && !seen.has(at);) {
    seen.add(at);
    steps.unshift(stepOf(fleet, at));
    at = fleet.agents.get(at)?.facts.parent_agent ?? null;
  }
  return [{ agentId: null, type: 'L0', name: '' }, ...steps];
}

function stepOf(fleet: Fleet, agentId: string): PathStep {
  const agent = fleet.agents.get(agentId);
  if (agent !== undefined) {
    const title = agentTitle(agent);
    const type = visible(agent.facts.agent_type);
    return { agentId, type, name: title === type ? '' : title };
  }
  const external = fleet.externals.get(agentId);
  return { agentId, type: external === undefined ? '' : `L${external.level}`, name: visible(agentId) };
}

export const stepWords = ({ type, name }: PathStep): string => (name === '' ? type : `${type} ${name}`.trim());

/** Whom an agent is below, by name where there is one: `Overwatch 3 › levels`; '' at the top. */
export const placeWords = (fleet: Fleet, agentId: string): string =>
  agentPath(fleet, agentId)
    .slice(1, -1)
    .map(({ type, name }) => (name === '' ? type : name))
    .join(' › ');

/** The whole path as one line, for tooltips and screen readers. */
export const pathWords = (path: readonly PathStep[]): string => path.map(stepWords).join(' › ');
