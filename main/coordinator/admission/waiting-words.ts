/** Tells those of the queue for what they wait, each once. Few of a long queue are not told yet: it is not gone through at each step. */
import type { AgentFacts } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { nextToStart } from '../../../protocol/next-to-start.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type Candidate, type SlotDecision, waitForPace } from './limits.ts';
import type { Queue } from './queue.ts';

export interface WaitingWordsDeps {
  readonly ledger: Ledger;
  readonly queue: Queue;
  /** Read at each look. */
  readonly config: Pick<Config, 'limits'>;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export class WaitingWords {
  readonly #deps: WaitingWordsDeps;
  readonly #untold = new Map<string, AgentFacts>();

  constructor(deps: WaitingWordsDeps) {
    this.#deps = deps;
  }

  /** Whoever waited before, ended, and waits once more is told once more. */
  owe(facts: AgentFacts): void {
    this.#untold.set(facts.agent_id, facts);
  }

  /** It moved in the queue; where it was told already, that still holds. */
  moved(facts: AgentFacts): void {
    if (this.#untold.has(facts.agent_id)) this.#untold.set(facts.agent_id, facts);
  }

  forget(agentId: string): void {
    this.#untold.delete(agentId);
  }

  tell(decide: (candidate: Candidate) => SlotDecision): void {
    const { queue, ledger, log } = this.#deps;
    const { first } = queue;
    const foremost = first === null ? null : decide(first);
    if (foremost === null || (foremost.is === 'wait' && foremost.isBrief)) return; // All alike.
    const told: AgentFacts[] = [];
    const events: ZiggieEvent[] = [];
    for (const facts of this.#untold.values()) {
      const event = this.#event(facts, decide);
      if (event === null) continue;
      this.#untold.delete(facts.agent_id);
      told.push(facts);
      events.push(event);
    }
    if (events.length === 0) return;
    ledger.commit(events).catch((error: unknown) => {
      log(`not recorded: ${String(error)}`);
      for (const facts of told) if (queue.has(facts.agent_id)) this.owe(facts);
    });
  }

  /** null: it was told already, does not wait, or waits for what takes milliseconds and is not worth a word. */
  #event(facts: AgentFacts, decide: (candidate: Candidate) => SlotDecision): ZiggieEvent | null {
    const { ledger, queue, config, clock } = this.#deps;
    const { agent_id } = facts;
    const life = ledger.pending.agents.get(agent_id)?.life;
    const isTold = life?.status === 'queued' && life.reason !== nextToStart;
    if (isTold) this.#untold.delete(agent_id);
    if (isTold || (life?.status !== 'queued' && life?.status !== 'backoff')) return null;
    const decided = decide(facts);
    // At the pace of starts the last ones wait longer.
    const slot = decided.is === 'admit' ? waitForPace(queue.placeOf(facts) + 1, config.limits) : decided;
    return slot.isBrief ? null : { type: 'agent_waiting', at: clock.now(), agent_id, reason: slot.reason };
  }
}
