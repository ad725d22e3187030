/** Tokens and dollars of each agent over time, as they become known. */
import type { AgentSpent } from '../../../protocol/measures.ts';
import { type SpentBucket, SpentBuckets, type SpentTotal } from './spent-buckets.ts';

/** [agent_id, tokens and US dollars it had spent in all, buckets as `tiers`] */
export type SpentByKept = readonly [
  agentId: string,
  tokens: number,
  costUsd: number,
  tiers: readonly (readonly SpentBucket[])[],
];

/** An agent's spending as the fleet has it now. */
export interface AgentTotal extends SpentTotal {
  readonly agentId: string;
  /** By its attempts before the present one. */
  readonly before: SpentTotal;
}

interface Series {
  total: SpentTotal;
  readonly buckets: SpentBuckets;
}

/** Beyond these, those that came first go. */
const mostAgents = 4000;

export class SpentBy {
  readonly #agents = new Map<string, Series>();

  get kept(): SpentByKept[] {
    return [...this.#agents].map(([id, { total, buckets }]) => [id, total.tokens, total.cost_usd, buckets.tiers]);
  }

  /** What is spent already when this begins was spent at times that nobody knows, but for what was kept. */
  begin(agents: Iterable<AgentTotal>): void {
    for (const total of agents) this.#agents.set(total.agentId, { total, buckets: new SpentBuckets() });
  }

  restore(kept: readonly SpentByKept[]): void {
    for (const [agentId, tokens, cost_usd, tiers] of kept)
      this.#agents.set(agentId, { total: { tokens, cost_usd }, buckets: new SpentBuckets(tiers) });
  }

  add(agent: AgentTotal, slot: number): void {
    const { tokens, cost_usd } = agent;
    const series = this.#agents.get(agent.agentId) ?? this.#made(agent);
    const { total } = series;
    series.total = { tokens, cost_usd };
    series.buckets.add(slot, Math.max(0, tokens - total.tokens), Math.max(0, cost_usd - total.cost_usd));
  }

  /** Of those that were asked for and spent anything in the time from bucket `first` on. */
  columns(nth: number, first: number, count: number, isAsked: (agentId: string) => boolean): AgentSpent[] {
    return [...this.#agents].flatMap(([agent_id, { buckets }]) => {
      const told = isAsked(agent_id) ? buckets.from(nth, first, count) : [];
      if (told.length === 0) return [];
      return [
        {
          agent_id,
          at: told.map(([at]) => at),
          tokens: told.map(([, tokens]) => tokens),
          cost_usd: told.map(([, , cost]) => cost),
        },
      ];
    });
  }

  /** Forgets those of which no tier shows anything any more. One that goes on is known again by its attempts before. */
  prune(nowSlot: number, isLiving: (agentId: string) => boolean): void {
    for (const [id, { buckets }] of this.#agents)
      if (!isLiving(id) && !buckets.isWithinReach(nowSlot)) this.#agents.delete(id);
  }

  #made({ agentId, before }: AgentTotal): Series {
    const made = { total: before, buckets: new SpentBuckets() };
    this.#agents.set(agentId, made);
    const [first] = this.#agents.keys();
    if (this.#agents.size > mostAgents && first !== undefined) this.#agents.delete(first);
    return made;
  }
}
