/**
 * One attempt of one agent while its process exists: from the moment it is let go, or adopted after a restart, until its
 * end is settled and nothing of it is left. Follows its output, its time limit and its exit.
 */
import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Doubt, Ending, Life, StopReason, Usage } from '../../../protocol/agent.ts';
import type { Clock } from '../clock.ts';
import { checkReport, type ReportExpectation } from '../reports/gate.ts';
import { awaitReport } from '../reports/grace.ts';
import type { OutputReader, StopStep } from '../runtimes/runtime.ts';
import { exitOfShell, type ExitStatus, readClaim, readExitRecord, removeUnfinishedRecord } from './exit-record.ts';
import { Freezer } from './freezer.ts';
import { goneWatch } from './gone-watch.ts';
import type { LeftoverSweep } from './leftovers.ts';
import type { LogGuard } from './log-limit.ts';
import { OutputTail } from './output-tail.ts';
import type { IdentityCheck, RunMark, Trees } from './ownership.ts';
import { aheadMs, RunningTime, TimeLimit } from './running-time.ts';
import { settle } from './settle.ts';
import type { SharedLook } from './shared-look.ts';
import { stopTree } from './stop.ts';
import type { StopOutcome } from './stop-outcome.ts';
import { Verification } from './verification.ts';

export interface RunOptions {
  readonly mark: RunMark;
  readonly trees: Trees;
  readonly attemptFolder: string;
  readonly logFile: string;
  /** Where its output begins in the log, bytes. */
  readonly logFrom: number;
  readonly logGuard: LogGuard;
  readonly reader: OutputReader;
  readonly stopSteps: readonly StopStep[];
  readonly report: ReportExpectation;
  readonly reportRequired: boolean;
  /** Seconds that the report may come after the end. */
  readonly reportGrace: number;
  readonly hasChildren: () => boolean;
  readonly maxRuntimeSeconds: number;
  readonly startedAt: string;
  /** As the journal has it: whether the run is paused, and how long it has run. */
  readonly life: Life;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  readonly sweep: LeftoverSweep;
  readonly look: SharedLook;
  /** Settles when the launcher is gone; null for an adopted run, which is nobody's child any more. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }> | null;
  /** Asked when the launcher is gone and nobody stopped it: true where nothing of it can have begun. */
  readonly neverBegan: () => boolean;
  /** What was said last. */
  readonly doubt: Doubt | null;
  readonly onDoubt: (doubt: Doubt | null) => void;
  readonly onUsage: (usage: Usage) => void;
  readonly onTimeUp: () => void;
}

/** Usage is told at most this often; the output itself is on the disk all the time. */
const followEveryMs = 1000;
/** How often it is seen whether an agent without a launcher still lives. */
const lookEveryMs = 250;
const followBytesPerTurn = 2 * 1024 * 1024;

/** Who is over a budget spends on while it is asked: all steps together last no longer than this. */
const briefSeconds = 0.8;

function inBrief(steps: readonly StopStep[]): StopStep[] {
  const whole = steps.reduce((sum, { waitSeconds }) => sum + waitSeconds, 0);
  const share = Math.min(1, briefSeconds / Math.max(whole, briefSeconds));
  return steps.map((step) => ({ ...step, waitSeconds: step.waitSeconds * share }));
}

export interface StopOrder {
  readonly reason: StopReason;
  readonly by: string;
  /** What the end will say beside the reason: which limit, and how far it was passed. */
  readonly detail?: string | undefined;
}

export type RunEnd =
  | { readonly is: 'over'; readonly ending: Ending }
  /** It was let go, and its launcher left or was ended without beginning. */
  | { readonly is: 'never_began' };

export class Run {
  readonly #options: RunOptions;
  readonly #tail: OutputTail;
  readonly #freezer: Freezer;
  /** It is paused, or was: a predecessor may have frozen it, and not come to thaw it. */
  #mayBeFrozen: boolean;
  readonly #time: RunningTime;
  readonly #timeLimit: TimeLimit | null;
  readonly #gone: Promise<void>;
  readonly #verification: Verification;
  readonly #follower: NodeJS.Timeout | null;
  #launcherExit: { readonly code: number | null; readonly signal: string | null } | null = null;
  #stop: { readonly order: StopOrder; readonly outcome: Promise<StopOutcome> } | null = null;
  /** Aborted when this process lets go of the run. */
  readonly #letGo = new AbortController();
  #wentOn = false;
  #lastUsage = '';
  /** Settles with how it ended; the coordinator's `close` makes it settle never. */
  readonly ended: Promise<RunEnd>;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#tail = new OutputTail(options.logFile, options.logFrom, options.reader);
    const { trees, mark, doubt, onDoubt } = options;
    const onKnown = (isKnown: boolean): void => onDoubt(isKnown ? null : 'unverified');
    this.#verification = new Verification(() => trees.check(mark.leader), doubt !== 'unverified', onKnown);
    const { life, gone, clock, startedAt, log } = options;
    this.#time =
      gone === null
        ? RunningTime.of(life, startedAt, clock, trees.ageSeconds?.(mark.leader) ?? null)
        : new RunningTime(clock.monotonic());
    this.#timeLimit = this.#limit();
    this.#freezer = new Freezer(trees, mark, log);
    this.#mayBeFrozen = 'ran' in life && life.ran !== undefined;
    const launcherGone =
      options.gone === null ? this.#watchAdopted() : options.gone.then((exit) => void (this.#launcherExit = exit));
    this.#gone = launcherGone.then(() => this.#unattended());
    this.#follower = options.reader.isTelling ? setInterval(() => this.#follow(), followEveryMs).unref() : null;
    if (life.status === 'paused') void this.pause();
    else this.#timeLimit?.resume();
    if (life.status === 'running' && this.#mayBeFrozen) void this.#freezer.want(false);
    this.ended = this.#gone.then(async () => this.#unbegun() ?? { is: 'over', ending: await this.#settle() });
  }

  get mark(): RunMark {
    return this.#options.mark;
  }

  /** Who has the launcher's pid now. `unknown` is said in the record until it is known again. */
  verify(): IdentityCheck {
    return this.#verification.ask();
  }

  /** Freezes its tree; settles when that is done, or at least tried: the pids of those left out. Its time stands still from now on. */
  pause(): Promise<readonly number[]> {
    this.#mayBeFrozen = true;
    this.#time.pause(this.#options.clock.monotonic());
    this.#timeLimit?.pause();
    return this.#freezer.want(true);
  }

  resume(): Promise<readonly number[]> {
    this.#time.resume(this.#options.clock.monotonic());
    this.#timeLimit?.resume();
    return this.#freezer.want(false);
  }

  /** How long it has run so far, seconds; pauses are not counted. */
  ranSeconds(): number {
    return Math.round(this.#time.ms(this.#options.clock.monotonic())) / 1000;
  }

  /** Begins the stop protocol once; a second call waits for the first. */
  stop(order: StopOrder): Promise<StopOutcome> {
    const { mark, stopSteps } = this.#options;
    const trees = this.#stop === null && this.#mayBeFrozen ? this.#wakingTrees() : this.#options.trees;
    // Over a limit it is not asked: a fork storm or a flood would go on meanwhile.
    const isOverLimit = order.reason === 'process_limit' || order.reason === 'log_limit';
    const politeSteps = isOverLimit ? [] : order.reason === 'budget' ? inBrief(stopSteps) : stopSteps;
    this.#stop ??= {
      order,
      outcome: stopTree({ trees, run: mark, gone: this.#gone, letGo: this.#letGo.signal }, politeSteps),
    };
    return this.#stop.outcome;
  }

  /**
   * A frozen agent hears a signal when it is thawed. The signal goes first, so that the agent does nothing else before it.
   * Who is ended by force is not thawed for it.
   */
  #wakingTrees(): Trees {
    const { trees } = this.#options;
    this.#time.resume(this.#options.clock.monotonic());
    this.#freezer.close();
    return {
      ...trees,
      ask: (run, signal) => {
        const isAsked = trees.ask(run, signal);
        if (isAsked) void this.#freezer.want(false);
        return isAsked;
      },
    };
  }

  /** Carries on a stop that a predecessor began. Where the run had ended by then, no step was needed. */
  async carryOn(order: StopOrder): Promise<StopOutcome> {
    const is = this.verify();
    const isOver = readExitRecord(this.#options.attemptFolder) !== null || is === 'gone' || is === 'mismatch';
    // Without its launcher the agent itself may live on.
    if (isOver && !(await this.#livesOn()))
      this.#stop ??= { order, outcome: Promise.resolve({ steps: [], survivors: [] }) };
    return this.stop(order);
  }

  get #isLetGo(): boolean {
    return this.#letGo.signal.aborted;
  }

  /** Lets go of the run without touching the process. */
  release(): void {
    this.#letGo.abort();
    this.#options.logGuard.release();
    this.#endTimers();
  }

  #endTimers(): void {
    this.#verification.close();
    this.#timeLimit?.pause();
    this.#freezer.close();
    if (this.#follower !== null) clearInterval(this.#follower);
  }

  #limit(): TimeLimit | null {
    const { maxRuntimeSeconds, clock, onTimeUp } = this.#options;
    if (maxRuntimeSeconds === 0) return null;
    // From here on it goes by the monotonic clock. How long an adopted run has run already is known by the wall clock, and is
    // never more than its launcher is old where that is known; but its time is up a whole limit from now at the latest.
    return new TimeLimit(maxRuntimeSeconds * 1000 - this.#time.ms(this.#options.clock.monotonic()), clock, onTimeUp);
  }

  #follow(): void {
    this.#tail.read(followBytesPerTurn);
    this.#tellUsage();
  }

  #tellUsage(): void {
    const usage = this.#options.reader.usage();
    const text = JSON.stringify(usage);
    if (text === this.#lastUsage) return;
    this.#lastUsage = text;
    this.#options.onUsage(usage);
  }

  async #watchAdopted(): Promise<void> {
    this.verify();
    await goneWatch(
      this.mark.leader.pid,
      () => this.#verifyAdopted(),
      () => this.#isLetGo,
    );
    if (this.#isLetGo) await new Promise(() => undefined);
  }

  /** What is on record has ended, even while nothing tells who has its pid now. */
  #verifyAdopted(): IdentityCheck {
    const is = this.verify();
    return is === 'unknown' && readExitRecord(this.#options.attemptFolder) !== null ? 'gone' : is;
  }

  /**
   * A launcher that has seen its agent's exit has written it down, or at least ended as it did. One that is gone without
   * was ended by somebody: then the agent may go on without it, and it is over when nothing of it lives.
   */
  async #unattended(): Promise<void> {
    const { trees, attemptFolder, doubt, onDoubt } = this.#options;
    const sawTheExit = readExitRecord(attemptFolder) !== null || typeof this.#launcherExit?.code === 'number';
    if (!trees.hasLauncher || sawTheExit || !(await this.#goesOn())) return;
    this.#wentOn = true;
    this.#launcherExit = null; // How the launcher ended says nothing of the agent.
    if (doubt !== 'unattended') onDoubt('unattended');
    while (!this.#isLetGo && (await this.#livesOn())) await delay(lookEveryMs);
    if (this.#isLetGo) await new Promise(() => undefined);
  }

  /** Without its launcher, and without being told to stop. What was killed together with it is gone at the second look. */
  async #goesOn(): Promise<boolean> {
    const isLeftAlone = (): boolean => this.#stop === null && !this.#isLetGo;
    return isLeftAlone() && (await this.#livesOn()) && (await this.#livesOn()) && isLeftAlone();
  }

  /** While it cannot be seen, nothing is concluded. */
  async #livesOn(): Promise<boolean> {
    const members = await this.#options.look.membersOf(this.#options.mark);
    return members === null || members.length > 0;
  }

  #unbegun(): RunEnd | null {
    const { neverBegan, trees } = this.#options;
    if (this.#wentOn || this.#stop !== null || !neverBegan()) return null;
    this.release();
    trees.forget(this.mark);
    return { is: 'never_began' };
  }

  async #settle(): Promise<Ending> {
    const { mark, trees, attemptFolder, report, reportRequired, reader, sweep, clock, logGuard } = this.#options;
    const { logFile, logFrom, hasChildren } = this.#options;
    const endedAt = clock.now();
    const monotonicEnd = clock.monotonic();
    this.#endTimers();
    await this.#graceForReport(endedAt);
    const leftOver = await sweep.sweep(mark);
    trees.forget(mark);
    // A stop under way ends soon: it waits for the run, which is gone, and at most seconds for what is left of it.
    const stop = (await this.#stop?.outcome) ?? { steps: [], survivors: [] };
    if (reader.isTelling) await this.#tail.drain();
    this.#tellUsage();
    const record = readExitRecord(attemptFolder);
    if (record === null) removeUnfinishedRecord(attemptFolder);
    const exit = record ?? this.#exitOfLauncher(endedAt);
    return settle({
      exit,
      exitSource: this.#launcherExit === null ? 'exit_record' : 'exit_event',
      result: reader.result(),
      stop: this.#stop === null ? null : { ...this.#stop.order, maxRuntime: this.#options.maxRuntimeSeconds },
      logCut: logGuard.finish(this.#stop?.order.reason === 'log_limit'),
      report: await checkReport(report),
      reportRequired,
      stopSteps: stop.steps,
      survivors: [...new Set([...stop.survivors, ...leftOver.survivors])],
      reaped: leftOver.reaped,
      endedAt,
      executionSeconds: this.#executionSeconds(exit?.endedAt ?? endedAt, monotonicEnd),
      work: {
        toolCalls: reader.toolCalls?.() ?? null,
        outputBytes: (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) - logFrom,
        hasChildren: hasChildren(),
      },
    });
  }

  /** Counted from the end on record: what a restart of the coordinator took is part of it, and not given again. */
  async #graceForReport(seenAt: string): Promise<void> {
    const { report, reportRequired, reportGrace, clock, attemptFolder } = this.#options;
    if (!reportRequired || reportGrace === 0 || this.#stop !== null) return;
    await awaitReport({
      path: report.path,
      writtenAfter: report.writtenAfter,
      until: Date.parse(readExitRecord(attemptFolder)?.endedAt ?? seenAt) + reportGrace * 1000,
      nowMs: () => Date.parse(clock.now()),
      mayCome: () => this.#goesOn(),
    });
  }

  /** There is no record: the launcher was ended itself, or had no room to write. What its parent saw is all there is. */
  #exitOfLauncher(endedAt: string): ExitStatus | null {
    const { mark, attemptFolder, trees } = this.#options;
    if (this.#launcherExit === null) return null;
    const { code, signal } = this.#launcherExit;
    if (signal !== null) return { code: null, signal, endedAt };
    const claim = readClaim(attemptFolder);
    // A launcher ends as its agent did; one that claimed nothing ended for reasons of its own.
    const began = claim.is === 'claimed' && claim.pid === mark.leader.pid;
    if (code === null || !began) return null;
    return trees.hasLauncher ? { ...exitOfShell(code), endedAt } : { code, signal: null, endedAt };
  }

  /** `endedAt`, by the wall clock, may lie before its adoption, or a moment before it was seen. */
  #executionSeconds(endedAt: string, monotonicEnd: number): number {
    const { gone, clock } = this.#options;
    const untilMs = gone === null ? Math.min(Date.parse(endedAt) + aheadMs(clock), monotonicEnd) : monotonicEnd;
    return Math.round(this.#time.ms(untilMs)) / 1000;
  }
}
