/**
 * What one agent may see of the fleet and its events: itself and what lies below it. Events keep their numbers, so those
 * of a branch have gaps between them. What a client folds from them is what `snapshot` shows of the whole.
 */
import type { AgentFacts } from '../../../protocol/agent.ts';
import { approvalsInOrder } from '../../../protocol/approving.ts';
import type { FleetSnapshot, RequestRecord, Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { type Fleet, subtree } from '../../../protocol/fleet.ts';

export class BranchView {
  readonly #agents = new Set<string>();
  readonly #requests = new Set<string>();

  /** From a fleet at or after the first event that is asked about, with nothing forgotten in between. */
  constructor(fleet: Fleet, root: string) {
    for (const { facts } of subtree(fleet, root)) this.#enter(facts);
    for (const [requestId, { batch }] of fleet.requests) {
      if (batch?.agent_ids.some((id) => this.#agents.has(id)) === true) this.#requests.add(requestId);
    }
  }

  /** The event as the branch may see it; null when it is none of its business. Ask about each event once, in order. */
  see({ seq, event }: Sequenced): Sequenced | null {
    const visible = this.#visible(event);
    return visible === null ? null : { seq, event: visible };
  }

  #visible(event: ZiggieEvent): ZiggieEvent | null {
    switch (event.type) {
      case 'agent_accepted':
        return this.#joins(event.facts) ? event : null;
      case 'batch_accepted': {
        const accepted = event.accepted.filter(({ facts }) => this.#joins(facts));
        const agent_ids = event.agent_ids.filter((id) => this.#agents.has(id));
        if (agent_ids.length === 0) return null;
        this.#requests.add(event.request_id);
        return { ...event, accepted, agent_ids };
      }
      case 'agents_forgotten': {
        const agent_ids = event.agent_ids.filter((id) => this.#agents.delete(id));
        return agent_ids.length === 0 ? null : { ...event, agent_ids };
      }
      case 'agents_requeued': {
        const agent_ids = event.agent_ids.filter((id) => this.#agents.has(id));
        return agent_ids.length === 0 ? null : { ...event, agent_ids };
      }
      case 'request_done':
        return event.target !== null && this.#agents.has(event.target) ? event : null;
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

  /** True for an agent of the branch, which one whose parent is in it has just become. */
  #joins(facts: AgentFacts): boolean {
    if (facts.parent_agent !== null && this.#agents.has(facts.parent_agent)) this.#enter(facts);
    return this.#agents.has(facts.agent_id);
  }

  #enter({ agent_id, request_id }: AgentFacts): void {
    this.#agents.add(agent_id);
    this.#requests.add(request_id);
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
    requests: [...fleet.requests].flatMap(([requestId, request]) => {
      const own = requestIn(ids, request);
      return own === null ? [] : [[requestId, own]];
    }),
    inboxes: [...fleet.inboxes.entries()].filter(([owner]) => ids.has(owner)),
    approvals: approvalsInOrder(fleet.approvals).filter(({ agent_id }) => ids.has(agent_id)),
  };
}

/** The request as those agents may see it; null when none of them came of it. */
function requestIn(ids: ReadonlySet<string>, request: RequestRecord): RequestRecord | null {
  const { batch, restarted, reprioritized, done, agent_id } = request;
  const own = (all: readonly string[]): string[] => all.filter((id) => ids.has(id));
  const one = [reprioritized ?? '', done?.target ?? '', agent_id ?? ''];
  if (own([...(batch?.agent_ids ?? []), ...(restarted ?? []), ...one]).length === 0) return null;
  return {
    ...request,
    ...(batch === undefined ? {} : { batch: { ...batch, agent_ids: own(batch.agent_ids) } }),
    ...(restarted === undefined ? {} : { restarted: own(restarted) }),
  };
}
