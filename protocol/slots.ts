/** Who holds a slot, counted by what limits count: by parent, and by runtime and level. A slot is a process, or is about to be one. */
import { type PersistentMap, persistentMap } from './persistent-map.ts';
import type { Agent, AgentFacts } from './agent.ts';
import { isActive } from './agent.ts';

export interface Slots {
  readonly byParent: PersistentMap<string, number>;
  /** By `kindOf`: few, however many agents there are. */
  readonly byKind: PersistentMap<string, SlotsOfKind>;
}

export interface SlotsOfKind {
  readonly runtime: string;
  readonly level: number;
  readonly count: number;
}

type Kind = Pick<AgentFacts, 'runtime' | 'level'>;

export const noSlots: Slots = { byParent: persistentMap(), byKind: persistentMap() };

const kindOf = ({ runtime, level }: Kind): string => `${level} ${runtime}`;

/** What changes when an agent goes from one state into another. `from` null: it was not known before. */
export function moveSlot(slots: Slots, from: Agent | null, to: Agent): Slots {
  const held = from !== null && isActive(from);
  const holds = isActive(to);
  return held === holds ? slots : addSlots(slots, to.facts, holds ? 1 : -1);
}

export function addSlots(
  { byParent, byKind }: Slots,
  facts: Pick<AgentFacts, 'parent_agent' | 'runtime' | 'level'>,
  by: number,
): Slots {
  const { parent_agent, runtime, level } = facts;
  const key = kindOf(facts);
  const count = (byKind.get(key)?.count ?? 0) + by;
  return {
    byParent: parent_agent === null ? byParent : added(byParent, parent_agent, by),
    byKind: count === 0 ? byKind.delete(key) : byKind.set(key, { runtime, level, count }),
  };
}

function added(counts: PersistentMap<string, number>, key: string, by: number): PersistentMap<string, number> {
  const count = (counts.get(key) ?? 0) + by;
  return count === 0 ? counts.delete(key) : counts.set(key, count);
}
