/**
 * What one agent may see of the fleet and its events: itself and what lies below it. Events keep their numbers, so those
 * of a branch have gaps between them. What a client folds from them is what `snapshot` shows of the whole.
 */
import type { FleetSnapshot, Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { type Fleet, subtree } from '../../../protocol/fleet.ts';

export class BranchView {
  readonly #agents = new Set<string>();
  readonly #requests = new Set<string>();

  /** From a fleet at or after the first event that is asked about, with nothing forgotten in between. */
  constructor(fleet: Fleet, root: string) {
    for (const { facts } of subtree(fleet, root)) this.#enter(facts.agent_id, facts.request_id);
  }

  /** The event as the branch may see it; null when it is none of its business. Ask about each event once, in order. */
  see({ seq, event }: Sequenced): Sequenced | null {
    const visible = this.#visible(event);
    return visible === null ? null : { seq, event: visible };
  }

  #visible(event: ZiggieEvent): ZiggieEvent | null {
    switch (event.type) {
      case 'agent_accepted': {
        const { agent_id, request_id, parent_agent } = event.facts;
        if (parent_agent !== null && this.#agents.has(parent_agent)) this.#enter(agent_id, request_id);
        return this.#agents.has(agent_id) ? event : null;
      }
      case 'agents_forgotten': {
        const agent_ids = event.agent_ids.filter((id) => this.#agents.delete(id));
        return agent_ids.length === 0 ? null : { ...event, agent_ids };
      }
      case 'request_answered':
        return this.#requests.has(event.request_id) ? event : null;
      // Nothing tells who asked for what was refused; the rest is about the machine, or about others.
      case 'request_refused':
      case 'requests_forgotten':
      case 'external_seen':
      case 'coordinator_started':
      case 'coordinator_stopped':
      case 'storage_recovered':
      case 'time_gap':
        return null;
      default:
        return this.#agents.has(event.agent_id) ? event : null;
    }
  }

  #enter(agentId: string, requestId: string): void {
    this.#agents.add(agentId);
    this.#requests.add(requestId);
  }
}

export function branchSnapshot(fleet: Fleet, root: string): FleetSnapshot {
  const agents = subtree(fleet, root).sort((a, b) => a.facts.ordinal - b.facts.ordinal);
  const ids = new Set(agents.map(({ facts }) => facts.agent_id));
  return {
    seq: fleet.seq,
    accepted: agents.at(-1)?.facts.ordinal ?? 0,
    agents,
    externals: [],
    requests: agents.flatMap(({ facts }) => {
      const request = fleet.requests.get(facts.request_id);
      return request?.agent_id === facts.agent_id ? [[facts.request_id, request] as const] : [];
    }) as FleetSnapshot['requests'],
    inboxes: [...fleet.inboxes.entries()].filter(([owner]) => ids.has(owner)),
  };
}
