import fc from 'fast-check';
import { expect, test } from 'vitest';
import { branchSnapshot, BranchView } from '../../../main/coordinator/events/branch-view.ts';
import { acceptances, type Sequenced, type ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet, fleet, subtree } from '../../../protocol/fleet.ts';
import { fromSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { agentIdOf, anyEvents } from '../protocol/any-events.ts';

const root = agentIdOf(1);

/** As a coordinator writes them: an agent is accepted once, after its parent, and only whole branches that ended are forgotten. */
function asWritten(events: readonly Sequenced[]): Sequenced[] {
  const accepted = new Set<string>();
  let state = emptyFleet;
  return events.filter((one) => {
    const { event } = one;
    if (event.type === 'batch_accepted' && accepted.has(event.request_id)) return false;
    for (const { facts } of acceptances(event)) {
      const { agent_id, request_id, parent_agent } = facts;
      if (accepted.has(agent_id) || accepted.has(request_id)) return false;
      if (parent_agent?.startsWith('agent_') === true && !state.agents.has(parent_agent)) return false;
      accepted.add(agent_id).add(request_id);
    }
    if (event.type === 'batch_accepted') {
      const isKnown = (id: string): boolean =>
        state.agents.has(id) || event.accepted.some(({ facts }) => facts.agent_id === id);
      if (!event.agent_ids.every(isKnown)) return false;
      accepted.add(event.request_id);
    }
    if (event.type === 'agents_requeued') {
      if (accepted.has(event.request_id) || !event.agent_ids.every((id) => state.agents.has(id))) return false;
      accepted.add(event.request_id);
    }
    if (event.type === 'agent_reprioritized') {
      if (accepted.has(event.request_id) || !state.agents.has(event.agent_id)) return false;
      accepted.add(event.request_id);
    }
    if (event.type === 'request_done') {
      if (accepted.has(event.request_id) || (event.target !== null && !state.agents.has(event.target))) return false;
      accepted.add(event.request_id);
    }
    if (event.type === 'agents_forgotten' && event.agent_ids.some((id) => isNeeded(state, id))) return false;
    // The root of a branch that is followed is not forgotten, and its request not refused after it was accepted.
    if (event.type === 'agents_forgotten' && event.agent_ids.includes(root)) return false;
    if (event.type === 'request_refused' || event.type === 'requests_forgotten') return false;
    state = fleet(state, one);
    return true;
  });
}

const isNeeded = (state: Fleet, id: string): boolean =>
  state.living.has(id) || (state.agents.get(id)?.children.length ?? 0) > 0;

/** Requests are a set: their order says nothing. */
const branch = (state: Fleet): unknown => {
  const snapshot = branchSnapshot(state, root);
  return { ...snapshot, seq: 0, accepted: 0, requests: Object.fromEntries(snapshot.requests) };
};

test('what a branch folds from its snapshot and its events is the branch of the whole', () => {
  fc.assert(
    fc.property(anyEvents, fc.nat(80), (any, cut) => {
      const events = asWritten(any);
      const [before, after] = [events.slice(0, cut), events.slice(cut)];
      const whole = before.reduce(fleet, emptyFleet);
      fc.pre(whole.agents.has(root));
      const view = new BranchView(whole, root);
      let own = fromSnapshot(branchSnapshot(whole, root));
      let all = whole;
      for (const event of after) {
        all = fleet(all, event);
        const seen = view.see(event);
        if (seen !== null) own = fleet(own, seen);
      }
      expect(branch(own)).toEqual(branch(all));
      // Nothing of others, not even beside the branch.
      expect([...own.agents.keys()].sort()).toEqual(
        subtree(all, root)
          .map(({ facts }) => facts.agent_id)
          .sort(),
      );
      expect(own.externals.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test('a request that moved an agent in the queue is known to its branch, and to no other', () => {
  const at = '2025-11-09T14:30:00.000Z';
  const accept = (ordinal: number, parent_agent: string | null): ZiggieEvent => ({
    type: 'agent_accepted',
    at,
    request_sha256: 'f'.repeat(64),
    facts: agentFacts({ agent_id: agentIdOf(ordinal), ordinal, request_id: `request_${ordinal}`, parent_agent }),
    prompt: null,
  });
  const moved = { priority: 0, by: 'operator', request_id: 'move', request_sha256: 'd'.repeat(64) };
  const events: ZiggieEvent[] = [
    ...[accept(1, null), accept(2, agentIdOf(1)), accept(3, null)],
    { type: 'agent_reprioritized', at, agent_id: agentIdOf(2), ...moved },
  ];
  const whole = events.map((event, index) => ({ seq: index + 1, event })).reduce(fleet, emptyFleet);
  const known = (of: string): string[] => branchSnapshot(whole, of).requests.map(([id]) => id);
  expect(known(agentIdOf(1))).toContain('move');
  expect(known(agentIdOf(3))).not.toContain('move');
});
