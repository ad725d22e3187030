/** Who waits, in the order of starting. */
import { type Fleet, livingAgents } from '../../protocol/fleet.ts';

/** 1-based place by agent id: the queue goes by priority, then by age. */
export function queuePlaces(fleet: Fleet): ReadonlyMap<string, number> {
  const waiting = livingAgents(fleet).filter(({ life }) => life.status === 'queued' && life.hold === undefined);
  waiting.sort((a, b) => a.facts.priority - b.facts.priority || a.facts.ordinal - b.facts.ordinal);
  return new Map(waiting.map(({ facts }, at) => [facts.agent_id, at + 1]));
}
