/** The fleet as a snapshot keeps it, and the fleet that a snapshot was made of. What can be counted again is not kept. */
import type { FleetSnapshot } from './events.ts';
import { agentsInOrder, count, type Fleet, noCounts } from './fleet.ts';
import { approvalsInOrder } from './approving.ts';
import { persistentMap } from './persistent-map.ts';
import { moveSlot, noSlots } from './slots.ts';
import { noDay } from './spending.ts';

export function toSnapshot(state: Fleet): FleetSnapshot {
  return {
    seq: state.seq,
    accepted: state.accepted,
    agents: [...agentsInOrder(state)],
    externals: [...state.externals.values()],
    requests: [...state.requests.entries()],
    inboxes: [...state.inboxes.entries()],
    day: state.day,
    approvals: approvalsInOrder(state.approvals),
  };
}

export function fromSnapshot(snapshot: FleetSnapshot): Fleet {
  const living = snapshot.agents.filter(({ life }) => life.status !== 'ended' && life.status !== 'never_began');
  return {
    seq: snapshot.seq,
    agents: persistentMap(snapshot.agents.map((agent) => [agent.facts.agent_id, agent])),
    externals: persistentMap(snapshot.externals.map((external) => [external.agent_id, external])),
    requests: persistentMap(snapshot.requests),
    inboxes: persistentMap(snapshot.inboxes),
    // An older journal's base has none.
    approvals: persistentMap((snapshot.approvals ?? []).map((one) => [one.approval_id, one])),
    accepted: snapshot.accepted,
    living: persistentMap(living.map(({ facts }) => [facts.agent_id, true])),
    counts: living.reduce((counts, { life }) => count(counts, null, life), noCounts),
    slots: living.reduce((slots, agent) => moveSlot(slots, null, agent), noSlots),
    day: snapshot.day ?? noDay,
  };
}
