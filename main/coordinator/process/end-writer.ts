/**
 * Writes into the ledger what became of each run, as soon as the disk takes it. What is not in the journal is settled again
 * by the next coordinator.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Ending, Usage } from '../../../protocol/agent.ts';
import type { EventOf, ZiggieEvent } from '../../../protocol/events.ts';
import type { Failure } from '../../../protocol/failures.ts';
import { addUsage } from '../../../protocol/usage.ts';
import { nextStep } from '../admission/restart-policy.ts';
import { notRunEnding, unbegunEnding } from './endings.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

export type EndWriterOptions = Pick<SupervisorOptions, 'ledger' | 'clock' | 'log' | 'onSlotFree' | 'onBackoff'>;

export class EndWriter {
  readonly #options: EndWriterOptions;
  readonly #closed: AbortSignal;
  /** What runs used by their own word, and what is not known to be durable; by agent. */
  readonly #unkept = new Map<string, EventOf<'agent_usage'>>();

  /** `closed`: from then on nothing is written. */
  constructor(options: EndWriterOptions, closed: AbortSignal) {
    this.#options = options;
    this.#closed = closed;
  }

  /** A run is over: it ends, or goes into its back-off where it failed and a restart was asked for. */
  async ended(agentId: string, attempt: number, ending: Ending): Promise<void> {
    const { ledger, clock, onSlotFree, onBackoff } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    const next = agent === undefined ? ({ is: 'end', ending } as const) : nextStep(agent, ending);
    // What the disk did not take before goes with the end.
    const usage = this.#unkept.get(agentId);
    this.#unkept.delete(agentId);
    const unkept = usage === undefined ? [] : [usage];
    if (next.is === 'end') return this.end(agentId, attempt, next.ending, unkept);
    const { failures, reason, afterSeconds } = next;
    const at = clock.now();
    const until = new Date(Date.parse(at) + afterSeconds * 1000).toISOString();
    const restarting = { type: 'agent_restarting', at, agent_id: agentId, attempt, ending, until, reason, failures };
    await this.commitFact([...unkept, restarting as EventOf<'agent_restarting'>]);
    const now = ledger.current.agents.get(agentId);
    // Where the disk made it wait, it may have been stopped meanwhile.
    if (now?.life.status === 'stopping') return this.end(agentId, attempt, ending);
    if (now?.life.status === 'backoff') onBackoff(now);
    onSlotFree();
  }

  async end(agentId: string, attempt: number, ending: Ending, before: readonly ZiggieEvent[] = []): Promise<void> {
    if (this.#closed.aborted) return;
    await this.commitFact([
      ...before,
      { type: 'agent_ended', at: this.#options.clock.now(), agent_id: agentId, attempt, ending },
    ]);
    this.#options.onSlotFree();
  }

  /** For what was stopped before it began. */
  async endUnbegun(agentId: string, attempt: number): Promise<void> {
    const { ledger, clock } = this.#options;
    await this.end(agentId, attempt, unbegunEnding(ledger.pending.agents.get(agentId), clock.now()));
  }

  /** For what could not be started. */
  async neverBegan(agentId: string, attempt: number, failure: Failure): Promise<void> {
    const { ledger, clock, onSlotFree } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    if (agent?.life.status === 'stopping') return this.endUnbegun(agentId, attempt);
    if (attempt > 1) {
      const reason = `attempt ${attempt} could not be started: ${failure.code}: ${failure.message}`;
      await this.end(agentId, attempt, notRunEnding('failed', reason, 'never_began', clock.now()));
      return;
    }
    await this.commitFact([{ type: 'agent_never_began', at: clock.now(), agent_id: agentId, as: 'refused', failure }]);
    // Where the disk made it wait, it may have been stopped meanwhile.
    if (ledger.current.agents.get(agentId)?.life.status === 'stopping') return this.endUnbegun(agentId, attempt);
    onSlotFree();
  }

  /** What says no more than is known already is not written: of many programs nothing is ever known. */
  async keepUsage(agent_id: string, usage: Usage): Promise<void> {
    const { ledger, clock, log } = this.#options;
    const agent = ledger.pending.agents.get(agent_id);
    if (agent !== undefined && isDeepStrictEqual(addUsage(agent.usage_before, usage), agent.usage)) return;
    const event = { type: 'agent_usage', at: clock.now(), agent_id, usage } as const;
    this.#unkept.set(agent_id, event);
    try {
      await ledger.commit([event]);
      if (this.#unkept.get(agent_id) === event) this.#unkept.delete(agent_id);
    } catch (error) {
      if (!this.#closed.aborted) log(`not recorded yet: ${String(error)}`);
    }
  }

  /** What has happened is recorded as soon as the disk takes it. */
  async commitFact(events: readonly ZiggieEvent[]): Promise<void> {
    await this.#options.ledger.commitFact(events).catch((error: unknown) => {
      if (!this.#closed.aborted) this.#options.log(`not recorded: ${String(error)}`);
    });
  }
}
