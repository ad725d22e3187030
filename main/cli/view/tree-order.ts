/** Agents in the order of their tree, each with the branch drawn before its name. Pure. */
import { isCoordinatorAgentId } from '../../../protocol/names.ts';
import type { AgentRecord } from '../../../protocol/record.ts';

/** `record` null: a parent the coordinator did not start; only its name is known. */
export interface TreeRow {
  readonly id: string;
  readonly record: AgentRecord | null;
  /** `├─ ` and the like; empty at the top. */
  readonly branch: string;
}

/**
 * Parents before their children, siblings in order of acceptance. An agent whose parent is not among them stands at the
 * top, unless that parent is an outside one, which then gets a row of its own.
 */
export function treeOrder(records: readonly AgentRecord[]): TreeRow[] {
  const sorted = [...records].sort(byAcceptance);
  const ids = new Set(sorted.map(({ agent_id }) => agent_id));
  const children = new Map<string, AgentRecord[]>();
  for (const record of sorted) {
    if (record.parent_agent === null) continue;
    children.set(record.parent_agent, [...(children.get(record.parent_agent) ?? []), record]);
  }
  const tops = new Map<string, AgentRecord | null>();
  for (const record of sorted) {
    const parent = record.parent_agent;
    if (parent === null || (!ids.has(parent) && isCoordinatorAgentId(parent))) tops.set(record.agent_id, record);
    else if (!ids.has(parent)) tops.set(parent, null);
  }
  return [...tops].flatMap(([id, record]) => [{ id, record, branch: '' }, ...below(children, id, '')]);
}

function below(children: ReadonlyMap<string, readonly AgentRecord[]>, parent: string, indent: string): TreeRow[] {
  const list = children.get(parent) ?? [];
  return list.flatMap((record, index) => {
    const last = index === list.length - 1;
    const row = { id: record.agent_id, record, branch: `${indent}${last ? '└─ ' : '├─ '}` };
    return [row, ...below(children, record.agent_id, `${indent}${last ? '   ' : '│  '}`)];
  });
}

/** The number at the end of an id counts the agents of a root. */
const ordinal = (id: string): number => Number(/_(\d+)$/.exec(id)?.[1] ?? 0);

function byAcceptance(a: AgentRecord, b: AgentRecord): number {
  return ordinal(a.agent_id) - ordinal(b.agent_id) || a.queued_at.localeCompare(b.queued_at);
}
