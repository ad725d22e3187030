/** The starts that were ordered and have neither succeeded nor failed yet. */
interface Start {
  readonly agentId: string;
  readonly settled: Promise<void>;
}

export class StartsUnderWay {
  readonly #starts = new Set<Start>();

  get count(): number {
    return this.#starts.size;
  }

  /** `onSettled` is called when this start counts no more. */
  add(agentId: string, settled: Promise<void>, onSettled: () => void): void {
    const start: Start = {
      agentId,
      settled: settled.finally(() => {
        this.#starts.delete(start);
        onSettled();
      }),
    };
    this.#starts.add(start);
  }

  /** Settles when none of this agent is under way, at once where none is. How it went is not told. */
  async whenNone(agentId: string): Promise<void> {
    await Promise.all([...this.#starts].filter((start) => start.agentId === agentId).map(({ settled }) => settled));
  }
}
