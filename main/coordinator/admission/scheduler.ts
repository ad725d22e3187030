/** The queue: who waits starts by priority, then by age, when a slot is free; who waits too long is told and never started. */
import type { AgentFacts } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { failureOf } from '../../../protocol/failures.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StartTicket, Supervisor } from '../process/supervisor.ts';
import type { Program } from '../runtimes/runtime.ts';
import { decideFor } from './limits.ts';
import { Queue } from './queue.ts';

export interface SchedulerOptions {
  readonly ledger: Ledger;
  readonly supervisor: Supervisor;
  readonly limits: Config['limits'];
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #queue = new Queue();
  readonly #expiry = new Map<string, NodeJS.Timeout>();
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /**
   * What becomes of an agent that is being accepted: `events` go into the journal together with its acceptance, and
   * with a ticket it may start as soon as they are durable.
   */
  admit(
    facts: AgentFacts,
    program: Program,
  ): { readonly events: readonly ZiggieEvent[]; readonly ticket: StartTicket | null } {
    const { ledger, supervisor, limits, clock } = this.#options;
    // Whoever waits already goes first.
    const slot = decideFor(ledger.pending, limits);
    if (slot.is === 'admit' && this.#queue.first === null) {
      const ticket = supervisor.ticketAtOnce(facts, program);
      return { events: ticket.events, ticket };
    }
    // Waiting for another's start takes milliseconds and is not worth a word; waiting for another's end is.
    const isBrief = slot.is === 'admit' || slot.isBrief;
    const events = isBrief
      ? []
      : [{ type: 'agent_waiting', at: clock.now(), agent_id: facts.agent_id, reason: slot.reason } as const];
    return { events, ticket: null };
  }

  /** Starts as many waiting agents as there are slots. */
  pump(): void {
    const { ledger, supervisor, limits } = this.#options;
    if (this.#closed) return;
    for (let next = this.#queue.first; next !== null; next = this.#queue.first) {
      const agentId = next.agent_id;
      if (ledger.pending.agents.get(agentId)?.life.status === 'queued') {
        if (decideFor(ledger.pending, limits).is === 'wait') return;
        const ticket = supervisor.ticket(agentId, 1);
        this.start(agentId, ticket, ledger.commit(ticket.events));
      }
      this.#queue.takeFirst(); // Started now, or cancelled or expired while it waited.
    }
  }

  /** Enters an accepted agent in the queue; its patience counts from its acceptance, so that a restart does not prolong it. */
  enqueue(facts: AgentFacts): void {
    this.#queue.add(facts);
    this.#expireLater(facts);
    this.pump();
  }

  #expireLater(facts: AgentFacts): void {
    if (facts.timeout === 0) return;
    const { clock } = this.#options;
    const leftMs = Date.parse(facts.accepted_at) + facts.timeout * 1000 - Date.parse(clock.now());
    const timer = setTimeout(
      () => void this.#expire(facts.agent_id, facts.timeout),
      Math.min(Math.max(leftMs, 0), 2_147_000_000),
    );
    this.#expiry.set(facts.agent_id, timer.unref());
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#expiry.values()) clearTimeout(timer);
    this.#expiry.clear();
  }

  async #expire(agentId: string, timeout: number): Promise<void> {
    this.#expiry.delete(agentId);
    const { ledger, clock, log } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    if (agent?.life.status !== 'queued') return;
    const failure = failureOf(
      'DEPLOYMENT_TIMEOUT',
      `${agentId} waited ${timeout} s (config.timeout) and could not start: ${agent.life.reason}. It will not be started; ask again with a new request_id or a longer timeout.`,
      { timeout, reason: agent.life.reason },
    );
    await ledger
      .commit([{ type: 'agent_never_began', at: clock.now(), agent_id: agentId, as: 'expired', failure }])
      .catch((error: unknown) => log(`${agentId} could not be expired: ${String(error)}`));
  }

  /** Starts an admitted agent whose ticket is on its way to the journal, and then whoever is next. */
  start(agentId: string, ticket: StartTicket, durable: Promise<void>): void {
    this.#forget(agentId);
    this.#options.supervisor
      .start(agentId, ticket, durable)
      .catch((error: unknown) => this.#options.log(`${agentId} could not be started now: ${String(error)}`))
      .finally(() => this.pump());
  }

  #forget(agentId: string): void {
    clearTimeout(this.#expiry.get(agentId));
    this.#expiry.delete(agentId);
  }
}
