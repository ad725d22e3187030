/** What a client that comes back has missed: first what only the journal still has, which takes a while, then the rest at once. */
import type { Sequenced } from '../../../protocol/events.ts';
import type { Coordinator } from '../../coordinator/facade.ts';

/** Null: only a snapshot helps. */
type Missed = readonly Sequenced[] | null;

/** What must be read before `missedSince` can answer. */
export async function readPast(coordinator: Coordinator, since: number | null): Promise<Missed> {
  if (since === null) return null;
  return coordinator.eventsSince(since) === null ? coordinator.pastEvents(since) : [];
}

/** Every event after `since` up to now. Subscribe in the same turn, so that none falls in between. */
export function missedSince(coordinator: Coordinator, since: number, past: Missed): Missed {
  if (past === null) return null;
  const recent = coordinator.eventsSince(past.at(-1)?.seq ?? since);
  return recent === null ? null : [...past, ...recent];
}
