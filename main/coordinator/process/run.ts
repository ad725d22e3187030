/**
 * One attempt of one agent while its process exists: from the moment it is let go, or adopted after a restart, until its
 * end is settled and nothing of it is left. Follows its output, its time limit and its exit.
 */
import type { Doubt, Ending, StopReason, Usage } from '../../../protocol/agent.ts';
import type { Clock } from '../clock.ts';
import { checkReport, type ReportExpectation } from '../reports/gate.ts';
import type { OutputReader, StopStep } from '../runtimes/runtime.ts';
import { exitOfShell, type ExitStatus, readClaim, readExitRecord } from './exit-record.ts';
import { goneWatch } from './gone-watch.ts';
import type { LeftoverSweep } from './leftovers.ts';
import { OutputTail } from './output-tail.ts';
import type { IdentityCheck, RunMark, Trees } from './ownership.ts';
import { settle } from './settle.ts';
import { stopTree } from './stop.ts';
import type { StopOutcome } from './stop-outcome.ts';
import { Verification } from './verification.ts';
import { until, within } from './wait.ts';

export interface RunOptions {
  readonly mark: RunMark;
  readonly trees: Trees;
  readonly attemptFolder: string;
  readonly logFile: string;
  readonly reader: OutputReader;
  readonly stopSteps: readonly StopStep[];
  readonly report: ReportExpectation;
  readonly reportRequired: boolean;
  readonly maxRuntimeSeconds: number;
  readonly startedAt: string;
  readonly clock: Clock;
  readonly sweep: LeftoverSweep;
  /** Settles when the launcher is gone; null for an adopted run, which is nobody's child any more. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }> | null;
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

export interface StopOrder {
  readonly reason: StopReason;
  readonly by: string;
  /** What the end will say beside the reason: which limit, and how far it was passed. */
  readonly detail?: string | undefined;
}

export class Run {
  readonly #options: RunOptions;
  readonly #tail: OutputTail;
  readonly #monotonicStart: number | null;
  readonly #gone: Promise<void>;
  readonly #verification: Verification;
  readonly #timers: NodeJS.Timeout[] = [];
  #launcherExit: { readonly code: number | null; readonly signal: string | null } | null = null;
  #stop: { readonly order: StopOrder; readonly outcome: Promise<StopOutcome> } | null = null;
  #released = false;
  #lastUsage = '';
  /** Settles with how it ended; the coordinator's `close` makes it settle never. */
  readonly ended: Promise<Ending>;

  constructor(options: RunOptions) {
    this.#options = options;
    this.#tail = new OutputTail(options.logFile, 0, options.reader);
    const { trees, mark, doubt, onDoubt } = options;
    const onKnown = (isKnown: boolean): void => onDoubt(isKnown ? null : 'unverified');
    this.#verification = new Verification(() => trees.check(mark.leader), doubt !== 'unverified', onKnown);
    this.#monotonicStart = options.gone === null ? null : options.clock.monotonic();
    const launcherGone =
      options.gone === null ? this.#watchAdopted() : options.gone.then((exit) => void (this.#launcherExit = exit));
    this.#gone = launcherGone.then(() => this.#unattended());
    if (options.reader.isTelling) this.#timers.push(setInterval(() => this.#follow(), followEveryMs).unref());
    this.#armTimeLimit();
    this.ended = this.#gone.then(() => this.#settle());
  }

  get mark(): RunMark {
    return this.#options.mark;
  }

  /** Who has the launcher's pid now. `unknown` is said in the record until it is known again. */
  verify(): IdentityCheck {
    return this.#verification.ask();
  }

  /** Begins the stop protocol once; a second call waits for the first. */
  stop(order: StopOrder): Promise<StopOutcome> {
    const { trees, mark, stopSteps } = this.#options;
    // Over a limit it is not asked: a fork storm would go on meanwhile.
    const politeSteps = order.reason === 'process_limit' ? [] : stopSteps;
    this.#stop ??= { order, outcome: stopTree(trees, mark, politeSteps, this.#gone) };
    return this.#stop.outcome;
  }

  /** Lets go of the run without touching the process. */
  release(): void {
    this.#released = true;
    this.#verification.close();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #armTimeLimit(): void {
    const { maxRuntimeSeconds, startedAt, clock, gone, onTimeUp } = this.#options;
    if (maxRuntimeSeconds === 0) return;
    const usedMs = gone === null ? Math.max(0, Date.parse(clock.now()) - Date.parse(startedAt)) : 0;
    const leftMs = Math.max(0, maxRuntimeSeconds * 1000 - usedMs);
    // setTimeout holds 24.8 days at most; a longer limit is looked at again then.
    this.#timers.push(setTimeout(onTimeUp, Math.min(leftMs, 2_147_000_000)).unref());
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
      () => this.verify(),
      () => this.#released,
    );
    if (this.#released) await new Promise(() => undefined);
  }

  /**
   * A launcher that has seen its agent's exit has written it down. One that is gone without was ended by somebody: then
   * the agent may go on without it, and it is over when nothing of it lives.
   */
  async #unattended(): Promise<void> {
    const { trees, attemptFolder, doubt, onDoubt } = this.#options;
    const goesOn = (): boolean => this.#stop === null && !this.#released && this.#livesOn();
    if (!trees.hasLauncher || readExitRecord(attemptFolder) !== null || !goesOn()) return;
    if (doubt !== 'unattended') onDoubt('unattended');
    await until(() => !this.#livesOn() || this.#released, lookEveryMs);
    if (this.#released) await new Promise(() => undefined);
  }

  /** While it cannot be seen, nothing is concluded. */
  #livesOn(): boolean {
    const { trees, mark } = this.#options;
    try {
      return trees.membersOf([mark]).get(mark.nonce)?.length !== 0;
    } catch {
      return true;
    }
  }

  async #settle(): Promise<Ending> {
    const { mark, trees, attemptFolder, report, reportRequired, reader, sweep, clock } = this.#options;
    const endedAt = clock.now();
    this.#verification.close();
    for (const timer of this.#timers) clearTimeout(timer);
    const leftOver = await sweep.sweep(mark);
    trees.forget(mark);
    const stop = await this.#stopOutcome();
    if (reader.isTelling) await this.#tail.drain();
    this.#tellUsage();
    const record = readExitRecord(attemptFolder);
    const exit = record ?? this.#exitOfLauncher(endedAt);
    return settle({
      exit,
      exitSource: this.#launcherExit === null ? 'exit_record' : 'exit_event',
      result: reader.result(),
      stop: this.#stop === null ? null : { ...this.#stop.order, maxRuntime: this.#options.maxRuntimeSeconds },
      report: await checkReport(report),
      reportRequired,
      stopSteps: stop.steps,
      survivors: [...new Set([...stop.survivors, ...leftOver.survivors])],
      reaped: leftOver.reaped,
      endedAt,
      executionSeconds: this.#executionSeconds(exit?.endedAt ?? endedAt),
    });
  }

  async #stopOutcome(): Promise<StopOutcome> {
    if (this.#stop === null) return { steps: [], survivors: [] };
    const { outcome } = this.#stop;
    // The protocol verifies the whole tree; it ends by itself, this only guards against waiting for ever.
    await within(outcome, 30_000);
    return outcome;
  }

  /** There is no record: the launcher was ended itself, or had no room to write. What its parent saw is all there is. */
  #exitOfLauncher(endedAt: string): ExitStatus | null {
    const { mark, attemptFolder } = this.#options;
    if (this.#launcherExit === null) return null;
    const { code, signal } = this.#launcherExit;
    if (signal !== null) return { code: null, signal, endedAt };
    const claim = readClaim(attemptFolder);
    // A launcher ends as its agent did; one that claimed nothing ended for reasons of its own.
    const began = claim.is === 'claimed' && claim.pid === mark.leader.pid;
    return code === null || !began ? null : { ...exitOfShell(code), endedAt };
  }

  #executionSeconds(endedAt: string): number {
    const { startedAt, clock } = this.#options;
    const ms =
      this.#monotonicStart === null
        ? Date.parse(endedAt) - Date.parse(startedAt)
        : clock.monotonic() - this.#monotonicStart;
    return Math.max(0, Math.round(ms) / 1000);
  }
}
