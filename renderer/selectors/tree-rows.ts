/** The rows of the tree, top to bottom: a pure function of the fleet and of what is folded away. */
import type { Agent, External } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import { queuePlaces } from './queue-places.ts';
import { visible } from './visible-text.ts';
import { add, noAgents, type RollUp, rollUp } from './roll-up.ts';

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
  const tops: Top[] = [];
  for (const external of fleet.externals.values()) {
    tops.push({ since: external.first_seen, id: external.agent_id, ordinal: 0, external });
  }
  for (const agent of fleet.agents.values()) {
    const { parent_agent: parent, accepted_at: since, agent_id: id, ordinal } = agent.facts;
    if (!hasParent(fleet, parent)) tops.push({ since, id, ordinal, agent });
  }
  tops.sort((a, b) => compareText(a.since, b.since) || a.ordinal - b.ordinal || compareText(a.id, b.id));
  const branches = tops.map((top) =>
    'agent' in top ? agentBranch(fleet, top.agent) : externalBranch(fleet, top.external),
  );
  return branchOf(rootKey, { kind: 'root' }, branches);
}

/**
 * What stands right below the root. Same instant: the coordinator's own order decides; an outside parent comes before the
 * agents it asked for.
 */
type Top = { readonly since: string; readonly id: string; readonly ordinal: number } & (
  { readonly agent: Agent } | { readonly external: External }
);

const hasParent = (fleet: Fleet, parentId: string | null): boolean =>
  parentId !== null && (fleet.agents.has(parentId) || fleet.externals.has(parentId));

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const agentBranch = (fleet: Fleet, agent: Agent): Branch =>
  branchOf(agent.facts.agent_id, { kind: 'agent', agent }, branchesOf(fleet, agent.children));

const externalBranch = (fleet: Fleet, external: External): Branch =>
  branchOf(external.agent_id, { kind: 'external', external }, branchesOf(fleet, external.children));

const branchesOf = (fleet: Fleet, ids: readonly string[]): Branch[] =>
  ids.flatMap((id) => {
    const agent = fleet.agents.get(id);
    if (agent !== undefined) return agentBranch(fleet, agent);
    const external = fleet.externals.get(id);
    return external === undefined ? [] : externalBranch(fleet, external);
  });

function branchOf(key: string, node: RowNode, branches: readonly Branch[]): Branch {
  if (branches.length === 0) return { key, node, branches, below: noAgents };
  let below = rollUp(branches.flatMap((branch) => (branch.node.kind === 'agent' ? branch.node.agent : [])));
  for (const branch of branches) if (branch.below !== noAgents) below = add(below, branch.below);
  return { key, node, branches, below };
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
