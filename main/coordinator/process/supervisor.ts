/**
 * Owns every run: starts what is admitted, adopts what a predecessor left, stops branches, and has each end written into
 * the ledger. Its parts: starter.ts (the order of a start), run.ts (one run), stop-agents.ts, limit-stops.ts, end-writer.ts.
 */
import type { ZiggieEvent } from '../../../protocol/events.ts';
import type { Agent, AgentFacts, Ending, Identity } from '../../../protocol/agent.ts';
import type { Result } from '../../../protocol/failures.ts';
import { plainOutputReader, type Program } from '../runtimes/runtime.ts';
import { EndWriter } from './end-writer.ts';
import { notRunEnding } from './endings.ts';
import type { HeldRun } from './launcher.ts';
import { begunLife, lookAt } from './left-behind.ts';
import { LeftoverSweep } from './leftovers.ts';
import { LimitStops } from './limit-stops.ts';
import { LogLimit } from './log-limit.ts';
import { LostLaunches } from './lost-launches.ts';
import type { IdentityCheck } from './ownership.ts';
import { recoveryRow } from './recovery.ts';
import { Run, type RunEnd, type RunOptions, type StopOrder } from './run.ts';
import { type Measured, type Sample, Sampler, unmeasured } from './sampler.ts';
import { SharedLook } from './shared-look.ts';
import { Starter, type StartTicket } from './starter.ts';
import { stopAgents } from './stop-agents.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #runs = new Map<string, Run>();
  /** Of runs that are over, while their ends are on their way to the disk: seconds by agent. */
  readonly #lasted = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #look: SharedLook;
  readonly #sweep: LeftoverSweep;
  readonly #sampler: Sampler;
  readonly #logLimit: LogLimit;
  readonly #starter: Starter;
  readonly #ends: EndWriter;
  readonly #lostLaunches: LostLaunches;
  readonly #limitStops: LimitStops;

  constructor(options: SupervisorOptions) {
    const { ownership: trees, config, ledger, clock, log } = options;
    const { signal: closed } = this.#closing;
    this.#options = options;
    this.#look = new SharedLook(trees);
    this.#sweep = new LeftoverSweep(trees, this.#look);
    this.#logLimit = new LogLimit({ limitBytes: Math.round(config.limits.log_limit_mb * 1024 * 1024), log });
    const onSample = ({ agentId }: { agentId: string }, sample: Sample): void => {
      this.#limitStops.onSample(agentId, sample);
      options.onSample(agentId, sample);
    };
    this.#sampler = new Sampler({ trees, clock, onSample, onLook: () => options.onLook() });
    this.#ends = new EndWriter(options, closed);
    this.#lostLaunches = new LostLaunches({ ...options, ends: this.#ends });
    const onLetGo = (agent: Agent, held: HeldRun): void => this.#watch(agent, held.identity, held);
    this.#starter = new Starter({ ...options, ends: this.#ends, closed, onLetGo });
    const stop = (agents: readonly Agent[], order: StopOrder): Promise<Result<void>> => this.stop(agents, order);
    this.#limitStops = new LimitStops({ limits: config.limits, ledger, log, stop, runs: this.#runs, closed });
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** As `Starter.ticket`. */
  ticket(agentId: string, attempt: number): StartTicket {
    return this.#starter.ticket(agentId, attempt);
  }

  /** As `Starter.ticketAtOnce`. */
  ticketAtOnce(facts: AgentFacts, program: Program): StartTicket {
    return this.#starter.ticketAtOnce(facts, program);
  }

  /** As `Starter.start`. */
  start(agentId: string, ticket: StartTicket, durable: Promise<void>): Promise<void> {
    return this.#starter.start(agentId, ticket, durable);
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
  async endUnbegun({ life, facts }: Agent): Promise<void> {
    if (life.status === 'stopping') await this.#ends.endUnbegun(facts.agent_id, life.attempt);
  }

  /** For what nothing more can be learnt about. */
  async endLost(agentId: string, attempt: number, reason: string): Promise<void> {
    await this.#ends.end(agentId, attempt, notRunEnding('lost', reason, 'none', this.#options.clock.now()));
  }

  /** As `stopAgents`. */
  stop(agents: readonly Agent[], order: StopOrder, note: readonly ZiggieEvent[] = []): Promise<Result<void>> {
    return stopAgents({ ...this.#options, runs: this.#runs }, agents, order, note);
  }

  /** The run of an agent that has a process; undefined where it has none. */
  runOf(agentId: string): Run | undefined {
    return this.#runs.get(agentId);
  }

  /** How long the run of an agent has lasted, seconds, pauses not counted; null: it has none. Goes by the monotonic clock. */
  ranSeconds(agentId: string): number | null {
    return this.#runs.get(agentId)?.ranSeconds() ?? this.#lasted.get(agentId) ?? null;
  }

  /** What its tree used in the last minutes, oldest first. */
  samplesOf(agentId: string): readonly Sample[] {
    const run = this.#runs.get(agentId);
    return run === undefined ? this.#sampler.samplesOfEnded(agentId) : this.#sampler.samplesOf(run.mark);
  }

  /** What the run that is going on uses; all unknown where none is. */
  measuredOf(agentId: string): Measured {
    const run = this.#runs.get(agentId);
    return run === undefined ? unmeasured : this.#sampler.measuredOf(run.mark);
  }

  /** Asks of every run whose its pid is, now. How many of each answer. */
  verifyAll(): Readonly<Record<IdentityCheck, number>> {
    const counts = { match: 0, mismatch: 0, gone: 0, unknown: 0 };
    for (const run of this.#runs.values()) counts[run.verify()] += 1;
    return counts;
  }

  /** Lets go of every run. The processes stay; their ends are settled by the next coordinator. */
  close(): void {
    this.#closing.abort();
    for (const run of this.#runs.values()) run.release();
    this.#runs.clear();
    this.#sampler.close();
    this.#options.ownership.launcher.close();
  }

  #watch(agent: Agent, leader: Identity, held: HeldRun | null): void {
    const options = this.#runOptions(agent, leader, held);
    if (options === null) return;
    const { agentId } = options.mark;
    const run = new Run(options);
    this.#runs.set(agentId, run);
    this.#sampler.add(run.mark);
    void run.ended.catch((error: unknown) => this.#unsettled(agentId, error)).then((end) => this.#over(run, end));
  }

  #runOptions(agent: Agent, leader: Identity, held: HeldRun | null): RunOptions | null {
    const life = begunLife(agent);
    if (life === null) return null;
    const { facts } = agent;
    const agentId = facts.agent_id;
    const { layout, config, clock, runtimes, ownership, log, ledger } = this.#options;
    const runtime = runtimes.get(facts.runtime);
    const startedAt = (life.status === 'starting' ? null : life.started_at) ?? facts.accepted_at;
    const leaderUnseen = held === null && ownership.check(leader) === 'gone' ? ({ leaderUnseen: true } as const) : {};
    const mark = { agentId, attempt: life.attempt, nonce: life.nonce, leader, ...leaderUnseen };
    const attemptFolder = layout.attemptFolder(agentId, life.attempt);
    return {
      mark,
      trees: ownership,
      attemptFolder,
      logFile: facts.log_file,
      logFrom: life.log_from ?? 0,
      logGuard: this.#logLimit.guard(facts.log_file, (bytes) => this.#limitStops.onLongLog(agentId, bytes)),
      reader: runtime.ok ? runtime.value.outputReader() : plainOutputReader(),
      stopSteps: runtime.ok ? runtime.value.stopSteps(config.limits.grace_seconds) : [],
      report: {
        path: facts.completion_report,
        agentId,
        sections: config.report.sections,
        // File times come from a coarser clock than ours; a second of slack keeps a quick agent's report valid.
        writtenAfter: Date.parse(startedAt) - 1000,
        cwd: facts.cwd,
      },
      reportRequired: facts.report_required,
      reportGrace: config.report.grace_seconds,
      hasChildren: () => (ledger.current.agents.get(agentId)?.children.length ?? 0) > 0,
      maxRuntimeSeconds: facts.max_runtime,
      startedAt,
      life,
      clock,
      log,
      sweep: this.#sweep,
      look: this.#look,
      gone: held?.gone ?? null,
      // The same table as after a restart, and only for what this coordinator has let go itself and never seen alive.
      neverBegan: () =>
        held !== null &&
        !this.#sampler.samplesOf(mark).some(({ processes }) => processes !== null && processes > 0) &&
        recoveryRow(lookAt(life, attemptFolder, ownership).left).action === 'start',
      doubt: life.status === 'starting' ? null : (life.doubt?.is ?? null),
      onDoubt: (doubt) =>
        void this.#ends.commitFact([{ type: 'agent_doubted', at: clock.now(), agent_id: agentId, doubt }]),
      onUsage: (usage) => void this.#ends.keepUsage(agentId, usage),
      onTimeUp: () => this.#limitStops.onTimeUp(agentId),
    };
  }

  /** A bug of ours, or something nobody thought of: it costs this agent its ending, and not all of them their coordinator. */
  #unsettled(agentId: string, error: unknown): RunEnd {
    this.#options.log(`${agentId} is over and could not be settled: ${String(error)}`);
    this.#runs.get(agentId)?.release();
    const reason = `how it ended could not be found out: ${String(error)}`;
    return { is: 'over', ending: notRunEnding('lost', reason, 'none', this.#options.clock.now()) };
  }

  async #over(run: Run, end: RunEnd): Promise<void> {
    if (this.isClosed) return;
    const { mark } = run;
    const { agentId, attempt, leader } = mark;
    this.#lasted.set(agentId, (end.is === 'over' ? end.ending.execution_time_seconds : 0) ?? run.ranSeconds());
    const measured = this.#sampler.measuredOf(mark);
    this.#sampler.remove(mark);
    this.#runs.delete(agentId);
    if (end.is === 'over') await this.#ends.ended(agentId, attempt, withMeasured(end.ending, measured));
    else await this.#lostLaunches.lost(agentId, attempt, leader.pid);
    this.#lasted.delete(agentId);
  }
}

/** Nothing is added where nothing was measured: it ended too soon, or the system does not tell. */
function withMeasured(ending: Ending, { cpuPercentAvg, memoryMbPeak }: Measured): Ending {
  if (cpuPercentAvg === null && memoryMbPeak === null) return ending;
  return { ...ending, cpu_percent_avg: cpuPercentAvg, memory_mb_peak: memoryMbPeak };
}
