/**
 * Owns every run: starts what is admitted, adopts what a predecessor left, stops branches, and writes each end into the
 * ledger. It knows the order of a start, where nothing may be lost and nothing run twice:
 *   agent_starting durable -> held -> agent_started durable -> let go
 * With a gate that is ready, who will run it is known before anything is written, and both events are durable at once.
 */
import { randomUUID } from 'node:crypto';
import type { Agent, AgentFacts, Ending, Identity, Usage } from '../../../protocol/agent.ts';
import type { EventOf, ZiggieEvent } from '../../../protocol/events.ts';
import { fail, failureFromUnknown, failureOf, type Failure, ok, type Result } from '../../../protocol/failures.ts';
import type { Config } from '../../../protocol/config.ts';
import { nextStep } from '../admission/restart-policy.ts';
import type { Clock } from '../clock.ts';
import { makeFolder, replaceFileDurably } from '../ledger/atomic-file.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Layout } from '../root/layout.ts';
import { plainOutputReader, type Program } from '../runtimes/runtime.ts';
import type { Runtimes } from '../runtimes/registry.ts';
import { hashToken, newToken } from '../tokens.ts';
import { logSize, markAttempt } from './attempt-log.ts';
import type { HeldRun } from './launcher.ts';
import { LeftoverSweep } from './leftovers.ts';
import { LogLimit, megabytes } from './log-limit.ts';
import type { Ownership } from './ownership.ts';
import { Run, type StopOrder } from './run.ts';
import { type Sample, Sampler } from './sampler.ts';
import { SharedLook } from './shared-look.ts';
import { startOrder } from './start-order.ts';

export interface SupervisorOptions {
  readonly layout: Layout;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly runtimes: Runtimes;
  readonly ownership: Ownership;
  readonly clock: Clock;
  /** Where this coordinator's HTTP door is; known once it listens, before the first start. */
  readonly url: () => string;
  readonly log: (line: string) => void;
  /** Called after each end: a slot is free. */
  readonly onSlotFree: () => void;
  /** Called when a failed agent is to be restarted later. */
  readonly onBackoff: (agent: Agent) => void;
}

/** Commit its events, then call `start`. */
export interface StartTicket {
  readonly events: readonly ZiggieEvent[];
  readonly starting: EventOf<'agent_starting'>;
  /** What the journal must not hold. */
  readonly token: string;
  /** A run that waits for nothing but the journal; null when one must be started yet. */
  readonly held: HeldRun | null;
}

/** For a stop that the coordinator itself wants and that could not be begun. */
const tryAgainMs = 1000;

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #runs = new Map<string, Run>();
  readonly #look: SharedLook;
  readonly #sweep: LeftoverSweep;
  readonly #sampler: Sampler;
  readonly #logLimit: LogLimit;
  /** What runs used by their own word, and what is not known to be durable; by agent. */
  readonly #unkept = new Map<string, EventOf<'agent_usage'>>();
  /** Runs that are to be stopped and could not be; each is tried again. */
  readonly #overLimit = new Set<Run>();
  #closed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#look = new SharedLook(options.ownership);
    this.#sweep = new LeftoverSweep(options.ownership, this.#look);
    const limitBytes = Math.round(options.config.limits.log_limit_mb * 1024 * 1024);
    this.#logLimit = new LogLimit({ limitBytes, log: options.log });
    const { ownership: trees, clock } = options;
    this.#sampler = new Sampler({ trees, clock, onSample: (run, sample) => this.#onSample(run.agentId, sample) });
  }

  get isClosed(): boolean {
    return this.#closed;
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
    const { ledger } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    if (agent === undefined || this.#closed) return durable; // What is held leaves with the launcher.
    const { attempt } = ticket.starting;
    if (ticket.held !== null) return this.#letGoWhen(durable, agentId, attempt, ticket.held);
    const [held] = await Promise.all([this.#hold(agent, ticket), durable.catch(() => undefined)]);
    if (!held.ok) {
      await durable;
      return this.#neverBegan(agentId, attempt, held.failure);
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

  #startedEvent({ agent_id, attempt }: EventOf<'agent_starting'>, { identity }: HeldRun): EventOf<'agent_started'> {
    return { type: 'agent_started', at: this.#options.clock.now(), agent_id, attempt, identity };
  }

  async #letGo(agentId: string, attempt: number, held: HeldRun): Promise<void> {
    const { clock, ledger } = this.#options;
    const now = ledger.current.agents.get(agentId);
    if (now?.life.status === 'running') {
      held.release();
      this.#watch(now, now.life.identity, held);
      return;
    }
    held.abandon(); // Stopped while it was being started.
    await this.#end(agentId, attempt, unbegunEnding(now, clock.now()));
  }

  /**
   * Takes over a run of a predecessor: watches it to its end, and carries on a stop that was under way. One that is over
   * is settled by the same way. `leader` is the launcher as far as it is known.
   */
  adopt(agent: Agent, leader: Identity): void {
    this.#watch(agent, leader, null);
    const { life, facts } = agent;
    if (life.status !== 'stopping') return;
    const { by, reason, detail } = life;
    void this.#runs.get(facts.agent_id)?.carryOn({ by, reason, detail });
  }

  /** For an agent that was being stopped before it ever began. */
  async endUnbegun(agent: Agent): Promise<void> {
    if (agent.life.status !== 'stopping') return;
    const { clock } = this.#options;
    await this.#end(agent.facts.agent_id, agent.life.attempt, unbegunEnding(agent, clock.now()));
  }

  /**
   * Stops these agents together. First all of them are durably marked, so that none of them can deploy or be started
   * any more; settles when each has ended. IDENTITY_UNVERIFIED when of one nothing tells whether the process is still
   * its own: then none of them is touched.
   */
  async stop(agents: readonly Agent[], order: StopOrder): Promise<Result<void>> {
    const { clock, ledger } = this.#options;
    const unverified = agents.filter(({ facts }) => this.#runs.get(facts.agent_id)?.verify() === 'unknown');
    if (unverified.length > 0) return identityUnverified(unverified);
    const { by } = order;
    const at = clock.now();
    const waiting = agents.filter(({ life }) => life.status === 'queued');
    const backingOff = agents.flatMap(({ facts, life }) => (life.status === 'backoff' ? [{ facts, life }] : []));
    const active = agents.filter(({ life }) => life.status === 'starting' || life.status === 'running');
    const failure = failureOf('CANCELLED', `stopped by ${by} while it waited; it never began`);
    await ledger.commit([
      ...waiting.map(
        ({ facts }) => ({ type: 'agent_never_began', at, agent_id: facts.agent_id, as: 'cancelled', failure }) as const,
      ),
      ...backingOff.map(({ facts, life }) => {
        const ending = stoppedInBackoff(life, order.by);
        return { type: 'agent_ended', at, agent_id: facts.agent_id, attempt: life.attempt, ending } as const;
      }),
      ...active.map(({ facts }) => ({ type: 'agent_stopping', at, agent_id: facts.agent_id, ...order }) as const),
    ]);
    const runs = agents.flatMap(({ facts }) => this.#runs.get(facts.agent_id) ?? []);
    await Promise.all(runs.map((run) => run.stop(order)));
    return ok(undefined);
  }

  /** What its tree used in the last minutes, oldest first. */
  samplesOf(agentId: string): readonly Sample[] {
    const run = this.#runs.get(agentId);
    return run === undefined ? [] : this.#sampler.samplesOf(run.mark);
  }

  /** Lets go of every run. The processes stay; their ends are settled by the next coordinator. */
  close(): void {
    this.#closed = true;
    for (const run of this.#runs.values()) run.release();
    this.#runs.clear();
    this.#sampler.close();
    this.#options.ownership.launcher.close();
  }

  /** null: no gate is ready, or something needs the long way, which also says what is wrong. */
  #holdNow(facts: AgentFacts, program: Program, { starting, token }: StartTicket): HeldRun | null {
    const { ownership, runtimes } = this.#options;
    const runtime = runtimes.get(facts.runtime);
    if (!runtime.ok || this.#closed) return null;
    const { order, files } = startOrder(this.#options, facts, { runtime: runtime.value, program }, starting, token);
    if (Object.keys(files).length > 0) return null; // They are made durable first.
    try {
      makeFolder(order.attemptFolder);
    } catch {
      return null;
    }
    return ownership.launcher.holdNow(order);
  }

  async #hold({ facts }: Agent, { starting, token }: StartTicket): Promise<Result<HeldRun>> {
    const { layout, ownership, runtimes } = this.#options;
    const runtime = runtimes.get(facts.runtime);
    if (!runtime.ok) return runtime;
    const program = await runtime.value.locate();
    if (!program.ok) return program;
    const found = { runtime: runtime.value, program: program.value };
    const { order, files } = startOrder(this.#options, facts, found, starting, token);
    try {
      makeFolder(order.attemptFolder);
      if (starting.attempt > 1) markAttempt(facts.log_file, starting.attempt, 'the one before it failed');
      await Promise.all(Object.entries(files).map(([path, text]) => replaceFileDurably(path, text)));
    } catch (error) {
      return fail(
        'SPAWN_FAILED',
        `The files of the run could not be written: ${String(error)}. Check the free space of ${layout.runs}.`,
      );
    }
    return ownership.launcher.hold(order);
  }

  #watch(agent: Agent, leader: Identity, held: HeldRun | null): void {
    const { facts, life } = agent;
    if (life.status !== 'starting' && life.status !== 'running' && life.status !== 'stopping') return;
    const { layout, config, clock, runtimes, ownership } = this.#options;
    const runtime = runtimes.get(facts.runtime);
    const startedAt = (life.status === 'starting' ? null : life.started_at) ?? facts.accepted_at;
    const doubt = life.status === 'starting' ? null : (life.doubt?.is ?? null);
    const run = new Run({
      mark: {
        agentId: facts.agent_id,
        attempt: life.attempt,
        nonce: life.nonce,
        leader,
        ...(held === null && ownership.check(leader) === 'gone' ? { leaderUnseen: true } : {}),
      },
      trees: ownership,
      attemptFolder: layout.attemptFolder(facts.agent_id, life.attempt),
      logFile: facts.log_file,
      logFrom: life.log_from ?? 0,
      logGuard: this.#logLimit.guard(facts.log_file, (bytes) => this.#onLongLog(facts.agent_id, bytes)),
      reader: runtime.ok ? runtime.value.outputReader() : plainOutputReader(),
      stopSteps: runtime.ok ? runtime.value.stopSteps(config.limits.grace_seconds) : [],
      report: {
        path: facts.completion_report,
        agentId: facts.agent_id,
        sections: config.report.sections,
        // File times come from a coarser clock than ours; a second of slack keeps a quick agent's report valid.
        writtenAfter: Date.parse(startedAt) - 1000,
      },
      reportRequired: facts.report_required,
      maxRuntimeSeconds: facts.max_runtime,
      startedAt,
      clock,
      sweep: this.#sweep,
      look: this.#look,
      gone: held?.gone ?? null,
      doubt,
      onDoubt: (doubt) =>
        void this.#commitFact([{ type: 'agent_doubted', at: clock.now(), agent_id: facts.agent_id, doubt }]),
      onUsage: (usage) => void this.#keepUsage(facts.agent_id, usage),
      onTimeUp: () => void this.#stopAtLimit(facts.agent_id, { reason: 'timeout', by: 'the coordinator' }),
    });
    this.#runs.set(facts.agent_id, run);
    this.#sampler.add(run.mark);
    void run.ended
      .catch((error: unknown) => this.#unsettled(facts.agent_id, error))
      .then((ending) => this.#ended(facts.agent_id, life.attempt, ending));
  }

  /** A bug of ours, or something nobody thought of: it costs this agent its ending, and not all of them their coordinator. */
  #unsettled(agentId: string, error: unknown): Ending {
    this.#options.log(`${agentId} is over and could not be settled: ${String(error)}`);
    this.#runs.get(agentId)?.release();
    return notRunEnding(
      'lost',
      `how it ended could not be found out: ${String(error)}`,
      'none',
      this.#options.clock.now(),
    );
  }

  /** A run is over: it ends, or goes into its back-off where it failed and a restart was asked for. */
  async #ended(agentId: string, attempt: number, ending: Ending): Promise<void> {
    if (this.#closed) return;
    const run = this.#runs.get(agentId);
    if (run !== undefined) this.#sampler.remove(run.mark);
    this.#runs.delete(agentId);
    const { ledger, clock, onSlotFree, onBackoff } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    const next = agent === undefined ? ({ is: 'end', ending } as const) : nextStep(agent, ending);
    // What the disk did not take before goes with the end.
    const usage = this.#unkept.get(agentId);
    this.#unkept.delete(agentId);
    const unkept = usage === undefined ? [] : [usage];
    if (next.is === 'end') return this.#end(agentId, attempt, next.ending, unkept);
    const { failures, reason, afterSeconds } = next;
    const at = clock.now();
    const until = new Date(Date.parse(at) + afterSeconds * 1000).toISOString();
    const restarting = { type: 'agent_restarting', at, agent_id: agentId, attempt, ending, until, reason, failures };
    await this.#commitFact([...unkept, restarting as EventOf<'agent_restarting'>]);
    const now = ledger.current.agents.get(agentId);
    // Where the disk made it wait, it may have been stopped meanwhile.
    if (now?.life.status === 'stopping') return this.#end(agentId, attempt, ending);
    if (now?.life.status === 'backoff') onBackoff(now);
    onSlotFree();
  }

  /** For what nothing more can be learnt about. */
  async endLost(agentId: string, attempt: number, reason: string): Promise<void> {
    const ending = notRunEnding('lost', reason, 'none', this.#options.clock.now());
    await this.#end(agentId, attempt, ending);
  }

  /** Writes an end; without it in the journal the run is settled again by the next coordinator. */
  async #end(agentId: string, attempt: number, ending: Ending, before: readonly ZiggieEvent[] = []): Promise<void> {
    if (this.#closed) return;
    await this.#commitFact([
      ...before,
      { type: 'agent_ended', at: this.#options.clock.now(), agent_id: agentId, attempt, ending },
    ]);
    this.#options.onSlotFree();
  }

  async #neverBegan(agentId: string, attempt: number, failure: Failure): Promise<void> {
    const { ledger, clock, onSlotFree } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    if (agent?.life.status === 'stopping') {
      await this.#end(agentId, attempt, unbegunEnding(agent, clock.now()));
      return;
    }
    if (attempt > 1) {
      const reason = `attempt ${attempt} could not be started: ${failure.code}: ${failure.message}`;
      await this.#end(agentId, attempt, notRunEnding('failed', reason, 'never_began', clock.now()));
      return;
    }
    await this.#commitFact([{ type: 'agent_never_began', at: clock.now(), agent_id: agentId, as: 'refused', failure }]);
    const now = ledger.current.agents.get(agentId);
    // Where the disk made it wait, it may have been stopped meanwhile.
    if (now?.life.status === 'stopping') return this.#end(agentId, attempt, unbegunEnding(now, clock.now()));
    onSlotFree();
  }

  #onLongLog(agentId: string, bytes: number): void {
    const limit = megabytes(this.#options.config.limits.log_limit_mb * 1024 * 1024);
    const detail = `its log reached ${megabytes(bytes)}, the limit is ${limit} (limits.log_limit_mb)`;
    void this.#stopAtLimit(agentId, { reason: 'log_limit', by: 'the coordinator', detail });
  }

  #onSample(agentId: string, { processes }: Sample): void {
    const { max_processes } = this.#options.config.limits;
    if (processes === null || processes <= max_processes) return;
    const detail = `${processes} processes, the limit is ${max_processes} (limits.max_processes)`;
    void this.#stopAtLimit(agentId, { reason: 'process_limit', by: 'the coordinator', detail });
  }

  /** Nobody waits for an answer here: what cannot be stopped yet is tried again, by one timer for each run. */
  async #stopAtLimit(agentId: string, order: StopOrder): Promise<void> {
    const { ledger, log } = this.#options;
    const run = this.#runs.get(agentId);
    if (run === undefined || this.#closed || this.#overLimit.has(run)) return;
    if (ledger.current.agents.get(agentId)?.life.status !== 'running') return;
    const agent = ledger.pending.agents.get(agentId);
    // Where its end is on its way to the disk already, that may be refused.
    if (agent?.life.status === 'running') {
      const stopped = await this.stop([agent], order).catch((error: unknown) => failed(failureFromUnknown(error)));
      if (stopped.ok || this.#overLimit.has(run)) return;
      log(`${agentId} is over a limit (${order.reason}) and cannot be stopped now: ${stopped.failure.message}`);
    }
    this.#overLimit.add(run);
    setTimeout(() => {
      this.#overLimit.delete(run);
      // The next attempt is over no limit because the one before it was.
      if (this.#runs.get(agentId) === run) void this.#stopAtLimit(agentId, order);
    }, tryAgainMs).unref();
  }

  async #keepUsage(agent_id: string, usage: Usage): Promise<void> {
    const { ledger, clock, log } = this.#options;
    const event = { type: 'agent_usage', at: clock.now(), agent_id, usage } as const;
    this.#unkept.set(agent_id, event);
    try {
      await ledger.commit([event]);
      if (this.#unkept.get(agent_id) === event) this.#unkept.delete(agent_id);
    } catch (error) {
      if (!this.#closed) log(`not recorded yet: ${String(error)}`);
    }
  }

  /** What has happened is recorded as soon as the disk takes it. */
  async #commitFact(events: Parameters<Ledger['commit']>[0]): Promise<void> {
    await this.#options.ledger.commitFact(events).catch((error: unknown) => {
      if (!this.#closed) this.#options.log(`not recorded: ${String(error)}`);
    });
  }
}

const failed = (failure: Failure): Result<void> => ({ ok: false, failure });

function identityUnverified(agents: readonly Agent[]): Result<never> {
  const who = agents.map(({ facts, life }) => ({
    agent_id: facts.agent_id,
    pid: 'identity' in life ? (life.identity?.pid ?? null) : null,
  }));
  const named = who.map(({ agent_id, pid }) => `${agent_id} (pid ${pid ?? 'unknown'})`).join(', ');
  return fail(
    'IDENTITY_UNVERIFIED',
    `Nothing was stopped: the start time of the process of ${named} cannot be read, so it may be a stranger's by now. It is asked again every second; stop it again in a few seconds. If this stays, see whether this coordinator may read the process table and has file descriptors free, or end the process yourself.`,
    { agents: who },
  );
}

function unbegunEnding(agent: Agent | undefined, at: string): Ending {
  const life = agent?.life;
  const by = life?.status === 'stopping' ? life.by : 'the coordinator';
  const what = life?.status === 'stopping' && life.attempt > 1 ? `attempt ${life.attempt}` : 'it';
  return notRunEnding('stopped', `stopped by ${by} before ${what} began`, 'never_began', at);
}

/** Stopped between two attempts: what is known of its exit is that of the last. */
function stoppedInBackoff({ attempt, ending }: Extract<Agent['life'], { status: 'backoff' }>, by: string): Ending {
  const status_reason = `stopped by ${by} before attempt ${attempt + 1}; attempt ${attempt}: ${ending.status_reason}`;
  return { ...ending, status: 'stopped', status_reason };
}

function notRunEnding(status: Ending['status'], reason: string, source: Ending['source'], at: string): Ending {
  return {
    status,
    status_reason: reason,
    source,
    exit_code: null,
    signal: null,
    completed_at: at,
    execution_time_seconds: null,
    report_exists: false,
    report_problems: [],
    stop_steps: [],
    survivors: [],
    reaped: 0,
  };
}
