/**
 * In which order the tray lists what runs: busiest first. The order is kept for a while, so that a menu does not change
 * under the hand of whoever reads it. Pure.
 */
export interface Busiest {
  /** Ids of agents, busiest first. */
  readonly order: readonly string[];
  /** When it was sorted, ms. */
  readonly sortedAt: number;
}

export const nobodyBusy: Busiest = { order: [], sortedAt: Number.NEGATIVE_INFINITY };

/** Between two sortings of the same agents. */
const keptMs = 10_000;

/**
 * `ids`: who runs now, oldest first, which is the order of equals and of those of whom nothing is known. `cpu`: percent of
 * one core by id. Gives `before` itself where nothing changes.
 */
export function busiest(
  before: Busiest,
  ids: readonly string[],
  cpu: ReadonlyMap<string, number | null>,
  now: number,
): Busiest {
  const known = new Set(before.order);
  const isSame = known.size === ids.length && ids.every((id) => known.has(id));
  if (isSame && now - before.sortedAt < keptMs) return before;
  const order = [...ids].sort((a, b) => (cpu.get(b) ?? 0) - (cpu.get(a) ?? 0));
  if (isSame && order.every((id, index) => id === before.order[index])) return { order: before.order, sortedAt: now };
  return { order, sortedAt: now };
}
