/**
 * The order of a start, where nothing may be lost and nothing run twice:
 *   agent_starting durable -> held -> agent_started durable -> let go
 * With a gate that is ready, who will run it is known before anything is written, and both events are durable at once.
 */
import { randomUUID } from 'node:crypto';
import type { Agent, AgentFacts } from '../../../protocol/agent.ts';
import type { EventOf, ZiggieEvent } from '../../../protocol/events.ts';
import { fail, type Result } from '../../../protocol/failures.ts';
import { makeFolder, replaceFileDurably } from '../ledger/atomic-file.ts';
import type { Program } from '../runtimes/runtime.ts';
import { hashToken, newToken } from '../tokens.ts';
import { logSize } from './attempt-log.ts';
import type { EndWriter } from './end-writer.ts';
import { removeEmptyClaim } from './exit-record.ts';
import type { HeldRun } from './launcher.ts';
import { beginNextAttempt } from './next-attempt.ts';
import { startOrder } from './start-order.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

/** Commit its events, then call `start`. */
export interface StartTicket {
  readonly events: readonly ZiggieEvent[];
  readonly starting: EventOf<'agent_starting'>;
  /** What the journal must not hold. */
  readonly token: string;
  /** A run that waits for nothing but the journal; null when one must be started yet. */
  readonly held: HeldRun | null;
}

export interface StarterOptions extends Pick<
  SupervisorOptions,
  'layout' | 'config' | 'ledger' | 'runtimes' | 'ownership' | 'clock' | 'url' | 'costCap' | 'placePrompt'
> {
  readonly ends: EndWriter;
  /** From then on nothing is started. */
  readonly closed: AbortSignal;
  /** The run has just been let go. */
  readonly onLetGo: (agent: Agent, held: HeldRun) => void;
}

export class Starter {
  readonly #options: StarterOptions;

  constructor(options: StarterOptions) {
    this.#options = options;
  }

  /** Reserves a slot for a run whose launcher will be started meanwhile. */
  ticket(agentId: string, attempt: number): StartTicket {
    const token = newToken();
    // What an earlier attempt printed is not this one's.
    const logFrom = attempt > 1 ? { log_from: logSize(this.#options.layout.logFile(agentId)) } : {};
    const starting = {
      type: 'agent_starting',
      at: this.#options.clock.now(),
      agent_id: agentId,
      attempt,
      nonce: randomUUID(),
      token_sha256: hashToken(token),
      ...logFrom,
    } as const;
    return { events: [starting], starting, token, held: null };
  }

  /** The same for an agent that is being accepted: where a gate is ready it is taken, and the events tell whose it is. */
  ticketAtOnce(facts: AgentFacts, program: Program): StartTicket {
    const ticket = this.ticket(facts.agent_id, 1);
    const held = this.#holdNow(facts, program, ticket);
    if (held === null) return ticket;
    return { ...ticket, held, events: [ticket.starting, this.#startedEvent(ticket.starting, held)] };
  }

  /**
   * Starts an agent whose ticket is on its way to the journal: `durable`. The launcher is started meanwhile; it is held
   * and leaves by itself if we die, so nothing can begin before its identity is durable, too. Settles when the agent
   * runs, or will never run. Rejects when the journal refused: then nothing began.
   */
  async start(agentId: string, ticket: StartTicket, durable: Promise<void>): Promise<void> {
    const { ledger, closed, ends } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    if (agent === undefined || closed.aborted) return durable; // What is held leaves with the launcher.
    const { attempt } = ticket.starting;
    if (ticket.held !== null) return this.#letGoWhen(durable, agentId, attempt, ticket.held);
    const [held] = await Promise.all([this.#hold(agent, ticket), durable.catch(() => undefined)]);
    if (!held.ok) {
      await durable;
      return ends.neverBegan(agentId, attempt, held.failure);
    }
    const started = durable.then(() => ledger.commit([this.#startedEvent(ticket.starting, held.value)]));
    return this.#letGoWhen(started, agentId, attempt, held.value);
  }

  async #letGoWhen(durable: Promise<void>, agentId: string, attempt: number, held: HeldRun): Promise<void> {
    try {
      await durable;
    } catch (error) {
      held.abandon(); // Not in the journal, so it must not begin.
      throw error;
    }
    await this.#letGo(agentId, attempt, held);
  }

  async #letGo(agentId: string, attempt: number, held: HeldRun): Promise<void> {
    const { ledger, ends, onLetGo } = this.#options;
    const now = ledger.current.agents.get(agentId);
    if (now?.life.status === 'running' || now?.life.status === 'paused') {
      held.release();
      onLetGo(now, held);
      return;
    }
    held.abandon(); // Stopped while it was being started.
    await ends.endUnbegun(agentId, attempt);
  }

  #startedEvent({ agent_id, attempt }: EventOf<'agent_starting'>, { identity }: HeldRun): EventOf<'agent_started'> {
    return { type: 'agent_started', at: this.#options.clock.now(), agent_id, attempt, identity };
  }

  #capped(facts: AgentFacts): AgentFacts {
    return { ...facts, max_cost_usd: this.#options.costCap(facts) };
  }

  /** null: no gate is ready, or something needs the long way, which also says what is wrong. */
  #holdNow(facts: AgentFacts, program: Program, { starting, token }: StartTicket): HeldRun | null {
    const { ownership, runtimes, closed, placePrompt } = this.#options;
    const runtime = runtimes.get(facts.runtime);
    if (!runtime.ok || closed.aborted) return null;
    const { order, files } = startOrder(
      this.#options,
      this.#capped(facts),
      { runtime: runtime.value, program },
      starting,
      token,
    );
    if (Object.keys(files).length > 0) return null; // They are made durable first.
    try {
      placePrompt(facts.agent_id);
      makeFolder(order.attemptFolder);
    } catch {
      return null;
    }
    return ownership.launcher.holdNow(order);
  }

  async #hold(agent: Agent, { starting, token }: StartTicket): Promise<Result<HeldRun>> {
    const { facts } = agent;
    const { layout, ownership, runtimes, placePrompt } = this.#options;
    const runtime = runtimes.get(facts.runtime);
    if (!runtime.ok) return runtime;
    const program = await runtime.value.locate();
    if (!program.ok) return program;
    const found = { runtime: runtime.value, program: program.value };
    const { order, files } = startOrder(this.#options, this.#capped(facts), found, starting, token);
    try {
      placePrompt(facts.agent_id);
      makeFolder(order.attemptFolder);
      if (ownership.hasLauncher) removeEmptyClaim(order.attemptFolder);
      if (starting.attempt > 1) beginNextAttempt(layout, agent, starting.attempt);
      await Promise.all(Object.entries(files).map(([path, text]) => replaceFileDurably(path, text)));
    } catch (error) {
      return fail(
        'SPAWN_FAILED',
        `The files of the run could not be written: ${String(error)}. Check the free space of ${layout.runs}.`,
      );
    }
    return ownership.launcher.hold(order);
  }
}
