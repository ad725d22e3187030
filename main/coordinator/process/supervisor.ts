/**
 * Owns every run: starts what is admitted, adopts what a predecessor left, stops branches, and writes each end into the
 * ledger. It knows the order of a start, where nothing may be lost and nothing run twice:
 *   agent_starting durable -> held -> agent_started durable -> let go
 */
import { randomUUID } from 'node:crypto';
import { devNull } from 'node:os';
import type { Agent, Ending, StopReason } from '../../../protocol/agent.ts';
import type { EventOf } from '../../../protocol/events.ts';
import { failureFromUnknown, failureOf, type Failure, ok, type Result } from '../../../protocol/failures.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Clock } from '../clock.ts';
import { makeFolder, replaceFileDurably } from '../ledger/atomic-file.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Layout } from '../root/layout.ts';
import { type Launch, plainOutputReader } from '../runtimes/runtime.ts';
import type { Runtimes } from '../runtimes/registry.ts';
import { hashToken, newToken } from '../tokens.ts';
import type { HeldRun, Launcher } from './launcher.ts';
import { LeftoverSweep } from './leftovers.ts';
import { Run } from './run.ts';

export interface SupervisorOptions {
  readonly layout: Layout;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly runtimes: Runtimes;
  readonly launcher: Launcher;
  readonly clock: Clock;
  /** Where this coordinator's HTTP door is; known once it listens, before the first start. */
  readonly url: () => string;
  readonly log: (line: string) => void;
  /** Called after each end: a slot is free. */
  readonly onSlotFree: () => void;
}

/** What a start needs and the journal must not hold: the token itself. */
export interface StartTicket {
  readonly event: EventOf<'agent_starting'>;
  readonly token: string;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #runs = new Map<string, Run>();
  readonly #sweep = new LeftoverSweep();
  #closed = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** The event that reserves a slot. Commit it, then call `start`. */
  ticket(agentId: string, attempt: number): StartTicket {
    const token = newToken();
    const event = {
      type: 'agent_starting',
      at: this.#options.clock.now(),
      agent_id: agentId,
      attempt,
      nonce: randomUUID(),
      token_sha256: hashToken(token),
    } as const;
    return { event, token };
  }

  /**
   * Starts an agent whose `agent_starting` is on its way to the journal: `durable`. The launcher is started meanwhile; it
   * is held and leaves by itself if we die, so nothing can begin before its identity is durable, too. Settles when the
   * agent runs, or will never run. Rejects when the journal refused: then nothing began.
   */
  async start(agentId: string, { event, token }: StartTicket, durable: Promise<void>): Promise<void> {
    const agent = this.#options.ledger.pending.agents.get(agentId);
    if (agent === undefined || this.#closed) return durable;
    const [held] = await Promise.all([this.#hold(agent, event, token), durable.catch(() => undefined)]);
    try {
      await durable;
      if (held.ok) await this.#begin(agentId, event.attempt, held.value);
      else await this.#neverBegan(agentId, event.attempt, held.failure);
    } catch (error) {
      if (held.ok) held.value.abandon(); // Not in the journal, so it must not begin.
      throw error;
    }
  }

  async #begin(agentId: string, attempt: number, held: HeldRun): Promise<void> {
    const { clock, ledger } = this.#options;
    const { identity } = held;
    await ledger.commit([{ type: 'agent_started', at: clock.now(), agent_id: agentId, attempt, identity }]);
    const now = ledger.current.agents.get(agentId);
    if (now?.life.status === 'running') {
      held.release();
      this.#watch(now, held);
      return;
    }
    held.abandon(); // Stopped while it was being started.
    await this.#end(agentId, attempt, unbegunEnding(now, clock.now()));
  }

  /** Takes over a run of a predecessor: watches it to its end, and carries on a stop that was under way. */
  adopt(agent: Agent): void {
    this.#watch(agent, null);
    const { life, facts } = agent;
    if (life.status === 'stopping') void this.#runs.get(facts.agent_id)?.stop({ reason: life.reason, by: life.by });
  }

  /** For an agent that was being stopped before it ever began. */
  async endUnbegun(agent: Agent): Promise<void> {
    if (agent.life.status !== 'stopping') return;
    const { clock } = this.#options;
    await this.#end(agent.facts.agent_id, agent.life.attempt, unbegunEnding(agent, clock.now()));
  }

  /**
   * Stops these agents together. First all of them are durably marked, so that none of them can deploy or be started
   * any more; settles when each has ended.
   */
  async stop(agents: readonly Agent[], reason: StopReason, by: string): Promise<void> {
    const { clock, ledger } = this.#options;
    const at = clock.now();
    const waiting = agents.filter(({ life }) => life.status === 'queued');
    const active = agents.filter(({ life }) => life.status === 'starting' || life.status === 'running');
    const failure = failureOf('CANCELLED', `stopped by ${by} while it waited; it never began`);
    await ledger.commit([
      ...waiting.map(
        ({ facts }) => ({ type: 'agent_never_began', at, agent_id: facts.agent_id, as: 'cancelled', failure }) as const,
      ),
      ...active.map(({ facts }) => ({ type: 'agent_stopping', at, agent_id: facts.agent_id, by, reason }) as const),
    ]);
    const runs = agents.flatMap(({ facts }) => this.#runs.get(facts.agent_id) ?? []);
    await Promise.all(runs.map((run) => run.stop({ reason, by })));
  }

  /** Lets go of every run. The processes stay; their ends are settled by the next coordinator. */
  close(): void {
    this.#closed = true;
    for (const run of this.#runs.values()) run.release();
    this.#runs.clear();
    this.#options.launcher.close();
  }

  async #hold(agent: Agent, { attempt, nonce }: EventOf<'agent_starting'>, token: string): Promise<Result<HeldRun>> {
    const { layout, launcher, runtimes } = this.#options;
    const { facts } = agent;
    const runtime = runtimes.get(facts.runtime);
    if (!runtime.ok) return runtime;
    const program = await runtime.value.locate();
    if (!program.ok) return program;
    const launch = runtime.value.launch(program.value, this.#specOf(agent, attempt));
    const attemptFolder = layout.attemptFolder(facts.agent_id, attempt);
    try {
      makeFolder(attemptFolder);
      await writeFiles(launch);
    } catch (error) {
      return {
        ok: false,
        failure: failureOf(
          'SPAWN_FAILED',
          `The files of the run could not be written: ${String(error)}. Check the free space of ${layout.runs}.`,
        ),
      };
    }
    return launcher.hold({
      file: launch.file,
      args: launch.args,
      cwd: facts.cwd,
      env: { ...launch.env, ...this.#identifyingEnvironment(agent, nonce, token) },
      inputFile: launch.promptOnStdin ? layout.promptFile(facts.agent_id) : devNull,
      logFile: facts.log_file,
      attemptFolder,
    });
  }

  #specOf({ facts }: Agent, attempt: number) {
    const { layout, config, url } = this.#options;
    return {
      facts,
      attempt,
      promptFile: layout.promptFile(facts.agent_id),
      runFolder: layout.runFolder(facts.agent_id),
      root: layout.root,
      reportFile: facts.completion_report,
      reportSections: config.report.sections,
      url: url(),
    };
  }

  #identifyingEnvironment({ facts }: Agent, nonce: string, token: string): Record<string, string> {
    const { layout, config, url } = this.#options;
    return {
      ZIGGIE_ROOT: layout.root,
      ZIGGIE_URL: url(),
      ZIGGIE_TOKEN: token,
      ZIGGIE_AGENT_ID: facts.agent_id,
      ZIGGIE_AGENT_TYPE: facts.agent_type,
      ZIGGIE_REPORT_FILE: facts.completion_report,
      ZIGGIE_REPORT_SECTIONS: config.report.sections.join('|'),
      ZIGGIE_RUN: nonce,
    };
  }

  #watch(agent: Agent, held: HeldRun | null): void {
    const { facts, life } = agent;
    if ((life.status !== 'running' && life.status !== 'stopping') || life.identity === null) return;
    const { layout, config, clock, runtimes } = this.#options;
    const runtime = runtimes.get(facts.runtime);
    const startedAt = life.started_at ?? facts.accepted_at;
    const run = new Run({
      agentId: facts.agent_id,
      identity: life.identity,
      nonce: life.nonce,
      attemptFolder: layout.attemptFolder(facts.agent_id, life.attempt),
      logFile: facts.log_file,
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
      gone: held?.gone ?? null,
      onUsage: (usage) =>
        void this.#commitLogged([{ type: 'agent_usage', at: clock.now(), agent_id: facts.agent_id, usage }]),
      onTimeUp: () => void this.#stopLogged(facts.agent_id),
    });
    this.#runs.set(facts.agent_id, run);
    void run.ended.then((ending) => this.#end(facts.agent_id, life.attempt, ending));
  }

  /** Writes an end; without it in the journal the run is settled again by the next coordinator. */
  async #end(agentId: string, attempt: number, ending: Ending): Promise<void> {
    if (this.#closed) return;
    this.#runs.delete(agentId);
    await this.#commitLogged([
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
    await this.#commitLogged([
      { type: 'agent_never_began', at: clock.now(), agent_id: agentId, as: 'refused', failure },
    ]);
    onSlotFree();
  }

  async #stopLogged(agentId: string): Promise<void> {
    const agent = this.#options.ledger.pending.agents.get(agentId);
    if (agent === undefined) return;
    await this.stop([agent], 'timeout', 'the coordinator').catch((error: unknown) =>
      this.#options.log(failureFromUnknown(error).message),
    );
  }

  async #commitLogged(events: Parameters<Ledger['commit']>[0]): Promise<void> {
    await this.#options.ledger.commit(events).catch((error: unknown) => {
      if (!this.#closed) this.#options.log(`not recorded: ${String(error)}`);
    });
  }
}

async function writeFiles({ files }: Launch): Promise<Result<void>> {
  await Promise.all(Object.entries(files).map(([path, text]) => replaceFileDurably(path, text)));
  return ok(undefined);
}

function unbegunEnding(agent: Agent | undefined, at: string): Ending {
  const by = agent?.life.status === 'stopping' ? agent.life.by : 'the coordinator';
  return {
    status: 'stopped',
    status_reason: `stopped by ${by} before it began`,
    source: 'never_began',
    exit_code: null,
    signal: null,
    completed_at: at,
    execution_time_seconds: null,
    report_exists: false,
    report_problems: [],
    stop_steps: [],
    survivors: [],
  };
}
