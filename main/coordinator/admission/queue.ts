/** Who waits for a slot, in the order in which they start: by priority, then by age. */
import type { AgentFacts } from '../../../protocol/agent.ts';

export class Queue {
  readonly #waiting: AgentFacts[] = [];

  get first(): AgentFacts | null {
    return this.#waiting[0] ?? null;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** In the order of starting. */
  get all(): readonly AgentFacts[] {
    return this.#waiting;
  }

  add(facts: AgentFacts): void {
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiting[middle];
      if (other !== undefined && startsBefore(other, facts)) low = middle + 1;
      else high = middle;
    }
    this.#waiting.splice(low, 0, facts);
  }

  remove(agentId: string): void {
    const at = this.#waiting.findIndex(({ agent_id }) => agent_id === agentId);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  takeFirst(): void {
    this.#waiting.shift();
  }
}

const startsBefore = (a: AgentFacts, b: AgentFacts): boolean =>
  a.priority < b.priority || (a.priority === b.priority && a.ordinal < b.ordinal);
