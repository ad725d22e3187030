/** Agents that wait for others just now: each gives its slot back for as long. A wait that ends is over at once; who has its slot goes on. */
export class WaitingParents {
  readonly #waits = new Map<string, number>();
  readonly #onMore: () => void;

  /** `onMore`: another one has begun to wait. */
  constructor(onMore: () => void) {
    this.#onMore = onMore;
  }

  ids(): Iterable<string> {
    return this.#waits.keys();
  }

  /** Counts the agent as waiting until `work` settles. null: not one of ours. */
  async during<T>(agentId: string | null, work: () => Promise<T>): Promise<T> {
    if (agentId === null) return work();
    const before = this.#waits.get(agentId) ?? 0;
    this.#waits.set(agentId, before + 1);
    const working = work();
    // Whoever has its answer at once never waited.
    if (before === 0) setImmediate(() => this.#waits.has(agentId) && this.#onMore());
    try {
      return await working;
    } finally {
      const left = (this.#waits.get(agentId) ?? 1) - 1;
      if (left === 0) this.#waits.delete(agentId);
      else this.#waits.set(agentId, left);
    }
  }
}
