/** Who waits for a slot, in the order in which they start: by priority, then by age. */
import type { AgentFacts } from '../../../protocol/agent.ts';

export class Queue {
  readonly #waiting: AgentFacts[] = [];
  readonly #byId = new Map<string, AgentFacts>();

  get first(): AgentFacts | null {
    return this.#waiting[0] ?? null;
  }

  get length(): number {
    return this.#waiting.length;
  }

  has(agentId: string): boolean {
    return this.#byId.has(agentId);
  }

  /** How many start before this one. */
  placeOf(facts: AgentFacts): number {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiting[middle];
      if (other !== undefined && startsBefore(other, facts)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** One that is there has one place all the same. */
  add(facts: AgentFacts): void {
    this.remove(facts.agent_id);
    this.#waiting.splice(this.placeOf(facts), 0, facts);
    this.#byId.set(facts.agent_id, facts);
  }

  remove(agentId: string): void {
    const facts = this.#byId.get(agentId);
    if (facts === undefined) return;
    this.#waiting.splice(this.#waiting.indexOf(facts, this.placeOf(facts)), 1);
    this.#byId.delete(agentId);
  }

  takeFirst(): void {
    const first = this.#waiting.shift();
    if (first !== undefined) this.#byId.delete(first.agent_id);
  }
}

const startsBefore = (a: AgentFacts, b: AgentFacts): boolean =>
  a.priority < b.priority || (a.priority === b.priority && a.ordinal < b.ordinal);
