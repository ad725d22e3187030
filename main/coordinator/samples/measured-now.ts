/** What every running agent uses at present, told after each look to those who follow. */
import type { Sample } from '../process/sampler.ts';

export interface MeasuredNow {
  /** ISO 8601, of the look; null before the first. */
  readonly at: string | null;
  /** [agent_id, CPU in percent of one core, memory in MB]; null is unknown. */
  readonly agents: readonly (readonly [agentId: string, cpuPercent: number | null, memoryMb: number | null])[];
}

export class MeasuredFeed {
  readonly #listeners = new Set<() => void>();
  #current: MeasuredNow = { at: null, agents: [] };
  #at: string | null = null;
  #look: [string, number | null, number | null][] = [];

  /** As of the last look. */
  get current(): MeasuredNow {
    return this.#current;
  }

  onSample(agentId: string, { at, cpuPercent, memoryMb }: Sample): void {
    this.#at = at;
    this.#look.push([agentId, cpuPercent, memoryMb]);
  }

  /** A look at all is over; with no sample, nobody is left. */
  onLook(at: string): void {
    this.#current = { at: this.#look.length === 0 ? at : this.#at, agents: this.#look };
    this.#look = [];
    for (const listener of this.#listeners) listener();
  }

  /** Calls back after each look. Returns the unsubscribe. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
