/**
 * Waiting for a turn in an agent's life, on durable facts only. Who waits is told one turn of the event loop later: by
 * then the agent that is told to run has been let go, so that no answer is ahead of what it says.
 */
import type { Agent } from '../../../protocol/agent.ts';
import { acceptances, type Sequenced } from '../../../protocol/events.ts';
import type { Fleet } from '../../../protocol/fleet.ts';

interface Waiting {
  readonly isThere: (agent: Agent) => boolean;
  readonly resolve: (agent: Agent) => void;
}

export class LifeWatch {
  readonly #fleet: () => Fleet;
  readonly #waiting = new Map<string, Waiting[]>();

  constructor(fleet: () => Fleet) {
    this.#fleet = fleet;
  }

  /** Settles with the agent as soon as the condition holds, at once if it does already. */
  when(agentId: string, isThere: (agent: Agent) => boolean): Promise<Agent> {
    const agent = this.#fleet().agents.get(agentId);
    if (agent !== undefined && isThere(agent)) return Promise.resolve(agent);
    return new Promise((resolve) => {
      this.#waiting.set(agentId, [...(this.#waiting.get(agentId) ?? []), { isThere, resolve }]);
    });
  }

  onEvent({ event }: Sequenced): void {
    for (const { facts } of acceptances(event)) this.#look(facts.agent_id);
    if ('agent_id' in event) this.#look(event.agent_id);
    if (event.type === 'agents_requeued') for (const id of event.agent_ids) this.#look(id);
  }

  #look(agentId: string): void {
    const waiting = this.#waiting.get(agentId);
    const agent = this.#fleet().agents.get(agentId);
    if (waiting === undefined || agent === undefined) return;
    const left = waiting.filter((one) => {
      if (!one.isThere(agent)) return true;
      setImmediate(() => one.resolve(agent));
      return false;
    });
    if (left.length === 0) this.#waiting.delete(agentId);
    else this.#waiting.set(agentId, left);
  }
}
