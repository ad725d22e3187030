/**
 * The queue: who waits starts by priority, then by age, when a slot is free and the pace of starts allows it. Who waits
 * too long is told and never started. Every start goes through here: new agents, restarts, and what recovery starts.
 */
import { type Agent, type AgentFacts, isEnded } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { nextToStart } from '../../../protocol/next-to-start.ts';
import { holdBelow, holdOf } from '../../../protocol/hold.ts';
import type { Config } from '../../../protocol/config.ts';
import type { LimitInUse } from '../../../protocol/queue.ts';
import { overBudgetEvent } from './over-budget.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { longTimer } from '../long-timer.ts';
import type { StartTicket } from '../process/starter.ts';
import type { Supervisor } from '../process/supervisor.ts';
import type { Program } from '../runtimes/runtime.ts';
import type { Budgets } from './budgets.ts';
import { freeMemory } from './free-memory.ts';
import {
  type Candidate,
  candidateKey,
  decideAgain,
  decideAt,
  givenBack,
  handOut,
  type Moment,
  type SlotDecision,
  slotsTaken,
  waitForPace,
} from './limits.ts';
import { limitsInUse } from './limits-in-use.ts';
import { Moments } from './moments.ts';
import { Patience } from './patience.ts';
import { Queue } from './queue.ts';
import type { SlotsFound } from './queue-room.ts';
import { StartPace } from './start-pace.ts';
import { StartsUnderWay } from './starts-under-way.ts';
import { WaitingParents } from './waiting-parents.ts';
import { WaitingWords } from './waiting-words.ts';

export interface SchedulerOptions {
  readonly ledger: Ledger;
  readonly supervisor: Supervisor;
  /** Read at each look. */
  readonly config: Pick<Config, 'limits' | 'intake_paused'>;
  readonly budgets: Budgets;
  /** MB; null: not known. */
  readonly freeMemoryMb?: () => number | null;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

/** One of the queue, and for what it waits just now. */
export interface InLine {
  readonly facts: AgentFacts;
  readonly reason: string;
}

/** A start that the journal refused is tried again. */
const tryAgainMs = 1000;
/** Memory that others give back is seen so much later at most. */
const memoryLookMs = 2000;
/** Share of the time between two starts by which they are scattered, so that agents do not march in step. */
const jitter = 0.2;

export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #queue = new Queue();
  /** Was to be started and never began: each holds its slot already, so it goes before the queue. */
  readonly #again: AgentFacts[] = [];
  readonly #pace: StartPace;
  /** The end of patience, or of a back-off. */
  readonly #moments = new Moments();
  readonly waitingParents = new WaitingParents(() => this.pump());
  readonly #freeMemoryMb: () => number | null;
  readonly #patience: Patience;
  readonly #words: WaitingWords;
  readonly #underWay = new StartsUnderWay();
  #nextPump: (() => void) | null = null;
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    const { clock, freeMemoryMb = freeMemory() } = options;
    const { limits } = options.config;
    this.#patience = new Patience({ ...options, moments: this.#moments });
    this.#words = new WaitingWords({ ...options, queue: this.#queue });
    this.#freeMemoryMb = freeMemoryMb;
    this.#pace = new StartPace({ burst: limits.max_starting, perSecond: limits.starts_per_second, clock });
  }

  /**
   * What becomes of an agent that is being accepted: `events` go into the journal together with its acceptance, and
   * with a ticket it may start as soon as they are durable.
   */
  admit(
    facts: AgentFacts,
    program: Program,
  ): { readonly events: readonly ZiggieEvent[]; readonly ticket: StartTicket | null } {
    const { supervisor, clock } = this.#options;
    const slot = this.#slotNow(facts);
    // The reducer notes with its acceptance that it is held.
    if (slot === 'held') return { events: [], ticket: null };
    if (slot.is === 'admit') {
      this.#pace.take();
      const ticket = supervisor.ticketAtOnce(facts, program);
      return { events: ticket.events, ticket };
    }
    // Waiting for another's start takes milliseconds and is not worth a word; waiting for another's end is.
    if (slot.isBrief) return { events: [], ticket: null };
    const waiting = { type: 'agent_waiting', at: clock.now(), agent_id: facts.agent_id, reason: slot.reason } as const;
    return { events: [waiting], ticket: null };
  }

  /** Whether one that is accepted this moment starts without a place in the queue. */
  startsAtOnce(newcomer: Candidate): boolean {
    const slot = this.#slotNow(newcomer);
    return slot !== 'held' && slot.is === 'admit';
  }

  #slotNow(newcomer: Candidate): SlotDecision | 'held' {
    if (holdBelow(this.#options.ledger.pending.agents, newcomer.parent_agent) !== null) return 'held';
    const decide = this.#decide();
    const decided = decide(newcomer);
    const slot = decided.is === 'admit' ? this.#atPace(this.#queue.length + 1) : decided;
    // Whoever waits already and may start goes first.
    const isFirst = this.#firstAgain() === undefined && this.#nextBy(decide) === null;
    return slot.is === 'wait' || isFirst ? slot : { is: 'wait', reason: nextToStart, isBrief: true, isPace: false };
  }

  /** True: somebody waits already. */
  get isCrowded(): boolean {
    return this.#queue.length > 0;
  }

  /** Starts as many waiting agents as there are slots. */
  pump(): void {
    while (this.#startAgainFirst());
    while (!this.#closed && this.#startNext());
  }

  /** Whether there may be more of them. */
  #startAgainFirst(): boolean {
    const again = this.#closed ? undefined : this.#firstAgain();
    if (again === undefined) return false;
    const attempt = this.#attemptAgain(again.agent_id);
    if (attempt !== null) {
      const slot = this.#slotAgain();
      if (slot.is === 'wait') return false;
      this.#startNow(again.agent_id, attempt);
    }
    this.#again.splice(this.#again.indexOf(again), 1);
    return true;
  }

  #startNext(): boolean {
    if (this.#queue.length === 0 || this.#firstAgain() !== undefined) return false;
    const decide = this.#decide();
    const next = this.#nextBy(decide);
    if (next === null) return this.#tellWaiting(decide);
    const attempt = this.#attemptOf(next.agent_id);
    if (attempt !== null) {
      if (this.#atPace(1).is === 'wait') return this.#tellWaiting(decide);
      if (!this.#isOverBudget(next.agent_id)) this.#startNow(next.agent_id, attempt);
    }
    // Started now, or cancelled or expired while it waited.
    this.#leave(next.agent_id);
    if (attempt === null) this.#lookAgain(next);
    return true;
  }

  /** Decides about candidates as things are now, each kind of them once. */
  #decide(): (candidate: Candidate) => SlotDecision {
    const { limits } = this.#options.config;
    const freeMemoryMb = this.#freeMemoryMb();
    if (freeMemoryMb !== null && freeMemoryMb < limits.min_free_memory_mb) this.#pumpIn(memoryLookMs);
    const decide = decideAt(this.#moment());
    const decided = new Map<string, SlotDecision>();
    return (candidate) => {
      const key = candidateKey(candidate);
      const known = decided.get(key);
      if (known !== undefined) return known;
      const slot = decide(candidate);
      decided.set(key, slot);
      return slot;
    };
  }

  /** Within a moment: how much memory is free is looked at a few times a second at most. */
  #moment(): Moment {
    const { ledger, config } = this.#options;
    return {
      fleet: ledger.pending,
      waitingParents: this.waitingParents.ids(),
      underWay: this.#underWay.count,
      freeMemoryMb: this.#freeMemoryMb(),
      limits: config.limits,
      isIntakePaused: config.intake_paused,
    };
  }

  /** Who is next of those that may start, or need not wait any more. */
  #nextBy(decide: (candidate: Candidate) => SlotDecision): AgentFacts | null {
    return this.#queue.next((facts) => decide(facts).is === 'admit' || this.#attemptOf(facts.agent_id) === null);
  }

  /**
   * Enters an accepted agent in the queue, unless its branch is paused. Its patience has begun by then: a restart of the
   * coordinator does not prolong it.
   */
  enqueue(facts: AgentFacts): void {
    this.enqueueAll([facts]);
  }

  /** The same for many at once. */
  enqueueAll(all: readonly AgentFacts[]): void {
    for (const facts of all) {
      if (this.#isHeld(facts)) continue;
      this.#enter(facts);
      this.#patience.begin(facts);
    }
    this.pump();
  }

  /** For an agent that failed and is to be started again: enters it in the queue when its back-off is over. */
  backOff({ life, facts }: Agent): void {
    if (life.status !== 'backoff' || life.hold !== undefined) return;
    this.#moments.at(facts.agent_id, this.#backOffMs(life, facts), () => {
      this.#enter(facts);
      this.pump();
    });
  }

  /** For an agent that waits and whose branch was paused: it keeps no place, and its patience does not end. */
  hold(agentId: string): void {
    this.#leave(agentId);
    this.#moments.forget(agentId);
  }

  /** For an agent that was given another priority: where it stands in the queue, it moves. */
  reprioritize(agentId: string): void {
    const facts = this.#options.ledger.pending.agents.get(agentId)?.facts;
    if (facts === undefined || !this.#queue.has(agentId)) return;
    this.#queue.add(facts);
    this.#words.moved(facts);
    this.pump();
  }

  /** For agents that may be started again, or once more: they were resumed, or restarted, or waited before a crash. */
  freeAll(agents: readonly Agent[]): void {
    const due: AgentFacts[] = [];
    for (const agent of agents) {
      const { life, facts } = agent;
      if (life.status === 'queued' || (life.status === 'backoff' && this.#backOffMs(life, facts) <= 0)) due.push(facts);
      else this.backOff(agent);
    }
    this.enqueueAll(due);
  }

  /** For an agent that was to be started, by a predecessor or by us, and provably never began: the same attempt, at the pace of all. */
  startAgain(facts: AgentFacts): void {
    this.#again.push(facts);
    this.pump();
  }

  /** Who waits, in the order in which they start. */
  line(): InLine[] {
    const decide = this.#decide();
    const { config } = this.#options;
    return this.#queue.all().map((facts, index) => {
      const slot = decide(facts);
      return { facts, reason: slot.is === 'wait' ? slot.reason : waitForPace(index + 1, config.limits).reason };
    });
  }

  /**
   * Who would find a slot now, by the rules of `admit`: of those in the queue, which go first, and of `newcomers` behind them.
   * `reason`: for what the first newcomer without one would wait; null where each finds one.
   */
  wouldStart(newcomers: readonly Candidate[]): SlotsFound {
    const decide = handOut(this.#moment());
    const queued = this.#queue.all().filter((facts) => decide(facts).is === 'admit').length;
    const { agents } = this.#options.ledger.pending;
    const fates = newcomers.map((one): string | null => {
      if (holdBelow(agents, one.parent_agent) !== null) return 'waiting: its branch is paused';
      const slot = decide(one);
      return slot.is === 'admit' ? null : slot.reason;
    });
    return {
      queued,
      newcomers: fates.filter((reason) => reason === null).length,
      reason: fates.find((reason) => reason !== null) ?? null,
    };
  }

  /** Lent by parents that wait. */
  slotsLent(): number {
    const { pending } = this.#options.ledger;
    return slotsTaken(pending, []) - this.slotsTaken();
  }

  slotsTaken(): number {
    return slotsTaken(this.#options.ledger.pending, this.waitingParents.ids());
  }

  limitsInUse(): LimitInUse[] {
    const { ledger, config } = this.#options;
    return limitsInUse(givenBack(ledger.pending, this.waitingParents.ids()), config.limits);
  }

  /** MB; null: not known. */
  freeMemoryMb(): number | null {
    return this.#freeMemoryMb();
  }

  close(): void {
    this.#closed = true;
    this.#moments.close();
    this.#nextPump?.();
  }

  /** Starts an admitted agent whose ticket is on its way to the journal, and then whoever is next. */
  start(agentId: string, ticket: StartTicket, durable: Promise<void>): void {
    this.#moments.forget(agentId);
    const settled = this.#options.supervisor.start(agentId, ticket, durable).catch((error: unknown) => {
      this.#options.log(`${agentId} could not be started now: ${String(error)}`);
      this.#tryAgainLater(agentId);
    });
    this.#underWay.add(agentId, settled, () => this.pump());
  }

  /** Settles when no start of this agent is under way, however that went: it runs, or waits its turn, or has ended. */
  whenNotStarting(agentId: string): Promise<void> {
    return this.#underWay.whenNone(agentId);
  }

  /** What was there when it was accepted may be spent by now: then it ends here and is not started. */
  #isOverBudget(agentId: string): boolean {
    const { ledger, budgets, clock, log } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    const failure = agent === undefined ? null : budgets.mayStart(ledger.pending, agent);
    const event = agent === undefined || failure === null ? null : overBudgetEvent(agent, failure, clock.now());
    if (event === null) return false;
    this.#moments.forget(agentId);
    ledger.commit([event]).catch((error: unknown) => {
      log(`${agentId} is over its budget, which could not be recorded: ${String(error)}`);
      this.#tryAgainLater(agentId);
    });
    return true;
  }

  #startNow(agentId: string, attempt: number): void {
    const { ledger, supervisor } = this.#options;
    this.#pace.take();
    const ticket = supervisor.ticket(agentId, attempt);
    this.start(agentId, ticket, ledger.commit(ticket.events));
  }

  #slotAgain(): SlotDecision {
    const slot = decideAgain(this.#underWay.count, this.#options.config.limits);
    return slot.is === 'admit' ? this.#atPace(1) : slot;
  }

  #atPace(place: number): SlotDecision {
    const waitMs = this.#pace.waitMs();
    if (waitMs === 0) return { is: 'admit' };
    const { limits } = this.#options.config;
    this.#pumpIn(waitMs + (Math.random() * jitter * 1000) / limits.starts_per_second);
    return waitForPace(place, limits);
  }

  #pumpIn(milliseconds: number): void {
    this.#nextPump ??= longTimer(milliseconds, () => {
      this.#nextPump = null;
      this.pump();
    });
  }

  /** The attempt that an agent of the queue waits for; null: it waits no more. */
  #attemptOf(agentId: string): number | null {
    const life = this.#options.ledger.pending.agents.get(agentId)?.life;
    if (life === undefined || holdOf(life) !== null) return null;
    if (life.status === 'queued') return (life.attempts ?? 0) + 1;
    return life.status === 'backoff' ? life.attempt + 1 : null;
  }

  #isHeld({ agent_id }: AgentFacts): boolean {
    const life = this.#options.ledger.pending.agents.get(agent_id)?.life;
    return life !== undefined && holdOf(life) !== null;
  }

  #firstAgain(): AgentFacts | undefined {
    return this.#again.find((facts) => !this.#isHeld(facts));
  }

  /** The same for what is started again. What was stopped while it waited ends here: nobody else knows of it. */
  #attemptAgain(agentId: string): number | null {
    const { ledger, supervisor } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    if (agent === undefined) return null;
    const { life } = agent;
    if (life.status === 'stopping') void supervisor.endUnbegun(agent);
    return life.status === 'starting' || life.status === 'running' ? life.attempt : null;
  }

  #enter(given: AgentFacts): void {
    // While it was elsewhere (in back-off, held) it may have been given another priority.
    const facts = this.#options.ledger.pending.agents.get(given.agent_id)?.facts ?? given;
    this.#queue.add(facts);
    this.#words.owe(facts);
  }

  #leave(agentId: string): void {
    this.#queue.remove(agentId);
    this.#words.forget(agentId);
  }

  /** False: there is nothing to start. */
  #tellWaiting(decide: (candidate: Candidate) => SlotDecision): false {
    this.#words.tell(decide);
    return false;
  }

  /** How long its back-off lasts still. A wall clock that was changed meanwhile must not keep it for longer than any lasts. */
  #backOffMs({ until }: { readonly until: string }, { restart }: AgentFacts): number {
    const leftMs = Date.parse(until) - Date.parse(this.#options.clock.now());
    return Math.min(leftMs, (restart?.max_backoff_seconds ?? 0) * 1000);
  }

  /** After a start that the journal refused: nothing began, whatever the ledger says of it by now. */
  #tryAgainLater(agentId: string): void {
    const agent = this.#options.ledger.current.agents.get(agentId);
    if (agent === undefined || isEnded(agent)) return;
    const { facts } = agent;
    const isQueued = this.#attemptOf(agentId) !== null;
    this.#moments.at(agentId, tryAgainMs, () => (isQueued ? this.enqueue(facts) : this.startAgain(facts)));
  }

  /** Its end is on its way to the disk; where the disk refuses that, it waits as before. */
  #lookAgain(facts: AgentFacts): void {
    const agent = this.#options.ledger.current.agents.get(facts.agent_id);
    if (agent?.life.status !== 'queued' && agent?.life.status !== 'backoff') return;
    if (agent.life.hold !== undefined) return;
    this.#moments.at(facts.agent_id, tryAgainMs, () => {
      if (this.#attemptOf(facts.agent_id) === null) this.#lookAgain(facts);
      else this.enqueue(facts);
    });
  }
}
