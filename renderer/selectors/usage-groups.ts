/** Which line of a chart each agent belongs to: itself, or the branch it is in. Pure. */
import type { Fleet } from '../../protocol/fleet.ts';
import { agentTitle } from './tree-rows.ts';
import { visible } from './visible-text.ts';

export type Grouping = 'branch' | 'agent';

export interface Group {
  readonly key: string;
  readonly label: string;
}

/** What is known only by its measurements: its record was cleared away. */
export const forgotten: Group = { key: '\u0000forgotten', label: 'agents cleared away' };

export interface Scope {
  /** The group of an agent; null: it is not in what is shown. */
  groupOf(agentId: string): Group | null;
}

/** `root` null is the whole fleet. */
export function scopeOf(fleet: Fleet, root: string | null, grouping: Grouping): Scope {
  const known = root === null ? null : new Set(idsBelow(fleet, root));
  const branches = grouping === 'branch' ? branchGroups(fleet, root) : null;
  return {
    groupOf(agentId) {
      if (known !== null && !known.has(agentId)) return null;
      if (!fleet.agents.has(agentId)) return forgotten;
      return branches?.get(agentId) ?? { key: agentId, label: label(fleet, agentId) };
    },
  };
}

const childrenOf = (fleet: Fleet, id: string): readonly string[] =>
  fleet.agents.get(id)?.children ?? fleet.externals.get(id)?.children ?? [];

function idsBelow(fleet: Fleet, root: string): string[] {
  return [root, ...childrenOf(fleet, root).flatMap((child) => idsBelow(fleet, child))];
}

/** A branch that is the only one says nothing: what lies below it is told apart then. */
function branchGroups(fleet: Fleet, root: string | null): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  let tops: readonly string[] = root === null ? topsOf(fleet) : [root];
  while (tops.length === 1 && childrenOf(fleet, tops[0] ?? '').length > 0) {
    const [only = ''] = tops;
    groups.set(only, { key: only, label: `${label(fleet, only)} itself` });
    tops = childrenOf(fleet, only);
  }
  for (const top of tops) {
    const group = { key: top, label: label(fleet, top) };
    for (const id of idsBelow(fleet, top)) groups.set(id, group);
  }
  return groups;
}

const topsOf = ({ agents, externals }: Fleet): string[] => [
  ...externals.keys(),
  ...[...agents.values()]
    .filter(({ facts: { parent_agent: parent } }) => parent === null || !(agents.has(parent) || externals.has(parent)))
    .map(({ facts }) => facts.agent_id),
];

/** Its type and its name: names alone may be the same. */
function label(fleet: Fleet, id: string): string {
  const agent = fleet.agents.get(id);
  if (agent === undefined) return visible(id);
  const type = visible(agent.facts.agent_type);
  const title = agentTitle(agent);
  return title === type ? type : `${type} ${title}`;
}
