/**
 * Who waits for a slot, in the order in which they start: by priority, then by age. Those that limits treat alike stand in
 * one line, so to find who may start takes a look at the first of each line, however long they are.
 */
import type { AgentFacts } from '../../../protocol/agent.ts';
import { candidateKey } from './limits.ts';

export class Queue {
  readonly #lines = new Map<string, AgentFacts[]>();
  readonly #byId = new Map<string, AgentFacts>();

  get first(): AgentFacts | null {
    return this.next(() => true);
  }

  get length(): number {
    return this.#byId.size;
  }

  has(agentId: string): boolean {
    return this.#byId.has(agentId);
  }

  /** The first of all for whom `may` says yes; it is asked about the first of each line only. */
  next(may: (facts: AgentFacts) => boolean): AgentFacts | null {
    let best: AgentFacts | null = null;
    for (const [head] of this.#lines.values()) {
      if (head !== undefined && (best === null || startsBefore(head, best)) && may(head)) best = head;
    }
    return best;
  }

  /** All in their order. Sorted when asked. */
  all(): AgentFacts[] {
    return [...this.#byId.values()].sort((a, b) => (startsBefore(a, b) ? -1 : 1));
  }

  /** How many stand before this one; those of other lines may have to wait for other things. */
  placeOf(facts: AgentFacts): number {
    return [...this.#lines.values()].reduce((place, line) => place + placeIn(line, facts), 0);
  }

  /** One that is there has one place all the same. */
  add(facts: AgentFacts): void {
    this.remove(facts.agent_id);
    const key = candidateKey(facts);
    const line = this.#lines.get(key) ?? [];
    line.splice(placeIn(line, facts), 0, facts);
    this.#lines.set(key, line);
    this.#byId.set(facts.agent_id, facts);
  }

  remove(agentId: string): void {
    const facts = this.#byId.get(agentId);
    if (facts === undefined) return;
    this.#byId.delete(agentId);
    const key = candidateKey(facts);
    const line = this.#lines.get(key) ?? [];
    line.splice(line.indexOf(facts, placeIn(line, facts)), 1);
    if (line.length === 0) this.#lines.delete(key);
  }
}

function placeIn(line: readonly AgentFacts[], facts: AgentFacts): number {
  let low = 0;
  let high = line.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = line[middle];
    if (other !== undefined && startsBefore(other, facts)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const startsBefore = (a: AgentFacts, b: AgentFacts): boolean =>
  a.priority < b.priority || (a.priority === b.priority && a.ordinal < b.ordinal);
