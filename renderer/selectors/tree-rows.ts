/** The rows of the tree, top to bottom: a pure function of the fleet and of what is folded away. */
import type { Agent, External } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import { queuePlaces } from './queue-places.ts';
import { visible } from './visible-text.ts';
import { add, bucketOf, noAgents, type RollUp } from './roll-up.ts';

/** Key of the topmost row. Agent ids are never empty, so it cannot meet one. */
export const rootKey = '';

/** What a row stands for. `root` is Ziggie itself, the person at the top; `external` a parent started elsewhere. */
export type RowNode =
  | { readonly kind: 'root' }
  | { readonly kind: 'external'; readonly external: External }
  | { readonly kind: 'agent'; readonly agent: Agent };

export interface TreeRow {
  readonly key: string;
  readonly parentKey: string | null;
  readonly node: RowNode;
  /** 1-based, as `aria-level` counts. */
  readonly depth: number;
  /** 1-based place among its siblings, and how many they are. */
  readonly position: number;
  readonly siblings: number;
  /** null: it has nothing below it. */
  readonly expanded: boolean | null;
  /** Counts over everything below it, shown or folded away; itself is not in it. */
  readonly below: RollUp;
  /** 1-based place among the waiting; null when it does not wait. */
  readonly queuePosition: number | null;
  /** Shown only because something below it is what the filter asks for. */
  readonly isOnTheWay: boolean;
}

interface Branch {
  readonly key: string;
  readonly node: RowNode;
  readonly branches: readonly Branch[];
  readonly below: RollUp;
}

/** `matches`: only who is meant, with all above; then nothing is folded away. null: everybody. */
export function treeRows(
  fleet: Fleet,
  collapsed: ReadonlySet<string>,
  matches: ((agent: Agent) => boolean) | null = null,
): readonly TreeRow[] {
  const places = queuePlaces(fleet);
  const rows: TreeRow[] = [];
  const walk = (branch: Branch, parentKey: string | null, depth: number, position: number, siblings: number): void => {
    const expanded = branch.branches.length === 0 ? null : matches !== null || !collapsed.has(branch.key);
    const queuePosition = places.get(branch.key) ?? null;
    const { key, node, below } = branch;
    const isOnTheWay = matches !== null && !isMeant(node, matches);
    rows.push({ key, parentKey, node, depth, position, siblings, expanded, below, queuePosition, isOnTheWay });
    if (expanded !== true) return;
    branch.branches.forEach((child, at) => walk(child, key, depth + 1, at + 1, branch.branches.length));
  };
  const whole = rootBranch(fleet);
  walk(matches === null ? whole : (onlyMeant(whole, matches) ?? { ...whole, branches: [] }), null, 1, 1, 1);
  return rows;
}

const isMeant = (node: RowNode, matches: (agent: Agent) => boolean): boolean =>
  node.kind === 'agent' && matches(node.agent);

/** The branch without what is not meant; null: nothing in it is. */
function onlyMeant(branch: Branch, matches: (agent: Agent) => boolean): Branch | null {
  const branches = branch.branches.flatMap((one) => onlyMeant(one, matches) ?? []);
  return branches.length === 0 && !isMeant(branch.node, matches) ? null : { ...branch, branches };
}

function rootBranch(fleet: Fleet): Branch {
  const tops = [
    ...[...fleet.externals.values()].map((external) => ({ since: external.first_seen, id: external.agent_id })),
    ...[...fleet.agents.values()]
      .filter(({ facts }) => !hasParent(fleet, facts.parent_agent))
      .map(({ facts }) => ({ since: facts.accepted_at, id: facts.agent_id, ordinal: facts.ordinal })),
  ];
  tops.sort((a, b) => compareText(a.since, b.since) || compareIds(fleet, a.id, b.id));
  return branchOf(
    rootKey,
    { kind: 'root' },
    tops.flatMap(({ id }) => branchById(fleet, id)),
  );
}

const hasParent = (fleet: Fleet, parentId: string | null): boolean =>
  parentId !== null && (fleet.agents.has(parentId) || fleet.externals.has(parentId));

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Same instant: the coordinator's own order decides; an outside parent comes before the agents it asked for. */
function compareIds(fleet: Fleet, a: string, b: string): number {
  return (fleet.agents.get(a)?.facts.ordinal ?? 0) - (fleet.agents.get(b)?.facts.ordinal ?? 0) || compareText(a, b);
}

function branchById(fleet: Fleet, id: string): Branch[] {
  const agent = fleet.agents.get(id);
  if (agent !== undefined) {
    return [
      branchOf(
        id,
        { kind: 'agent', agent },
        agent.children.flatMap((child) => branchById(fleet, child)),
      ),
    ];
  }
  const external = fleet.externals.get(id);
  if (external === undefined) return [];
  return [
    branchOf(
      id,
      { kind: 'external', external },
      external.children.flatMap((child) => branchById(fleet, child)),
    ),
  ];
}

function branchOf(key: string, node: RowNode, branches: readonly Branch[]): Branch {
  const below = branches.reduce((sum, branch) => add(add(sum, branch.below), one(branch.node)), noAgents);
  return { key, node, branches, below };
}

function one(node: RowNode): RollUp {
  return node.kind === 'agent' ? { ...noAgents, agents: 1, [bucketOf(node.agent)]: 1 } : noAgents;
}

/** Keys from the root down to a node, itself last: what must be unfolded for it to be seen. */
export function pathTo(fleet: Fleet, id: string): readonly string[] {
  const path: string[] = [];
  for (let at: string | null = id; at !== null; at = fleet.agents.get(at)?.facts.parent_agent ?? null) path.unshift(at);
  return [rootKey, ...path];
}

/** What a person calls the agent; characters that act on the text around them are written out. */
export const agentTitle = ({ facts }: Agent): string => visible(facts.name ?? facts.agent_type);

/** What a person calls the node. The root is the product itself. */
export function nodeTitle(node: RowNode): string {
  switch (node.kind) {
    case 'root':
      return 'Ziggie';
    case 'external':
      return visible(node.external.agent_id);
    case 'agent':
      return agentTitle(node.agent);
  }
}
