/** Stops of runs that are over a limit. Nobody waits for an answer to these: what cannot be stopped yet is tried again. */
import type { Agent } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import { type Failure, failureFromUnknown, type Result } from '../../../protocol/failures.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { megabytes } from './log-limit.ts';
import type { Run, StopOrder } from './run.ts';
import type { Sample } from './sampler.ts';

export interface LimitStopsOptions {
  readonly limits: Config['limits'];
  readonly ledger: Ledger;
  readonly log: (line: string) => void;
  readonly stop: (agents: readonly Agent[], order: StopOrder) => Promise<Result<void>>;
  /** By agent. */
  readonly runs: ReadonlyMap<string, Run>;
  /** From then on nothing is stopped. */
  readonly closed: AbortSignal;
}

/** For a stop that could not be begun. */
const tryAgainMs = 1000;
const by = 'the coordinator';

export class LimitStops {
  readonly #options: LimitStopsOptions;
  /** Runs that are to be stopped and could not be; each is tried again. */
  readonly #overLimit = new Set<Run>();

  constructor(options: LimitStopsOptions) {
    this.#options = options;
  }

  onTimeUp(agentId: string): void {
    void this.#stop(agentId, { reason: 'timeout', by });
  }

  /** `bytes`: how large its log has grown. */
  onLongLog(agentId: string, bytes: number): void {
    const limit = megabytes(this.#options.limits.log_limit_mb * 1024 * 1024);
    const detail = `its log reached ${megabytes(bytes)}, the limit is ${limit} (limits.log_limit_mb)`;
    void this.#stop(agentId, { reason: 'log_limit', by, detail });
  }

  onSample(agentId: string, { processes }: Sample): void {
    const { max_processes } = this.#options.limits;
    if (processes === null || processes <= max_processes) return;
    const detail = `${processes} processes, the limit is ${max_processes} (limits.max_processes)`;
    void this.#stop(agentId, { reason: 'process_limit', by, detail });
  }

  /** By one timer for each run. */
  async #stop(agentId: string, order: StopOrder): Promise<void> {
    const { ledger, log, runs, closed, stop } = this.#options;
    const run = runs.get(agentId);
    if (run === undefined || closed.aborted || this.#overLimit.has(run)) return;
    if (!isAtWork(ledger.current.agents.get(agentId))) return;
    const agent = ledger.pending.agents.get(agentId);
    // Where its end is on its way to the disk already, that may be refused.
    if (agent !== undefined && isAtWork(agent)) {
      const stopped = await stop([agent], order).catch((error: unknown) => failed(failureFromUnknown(error)));
      if (stopped.ok || this.#overLimit.has(run)) return;
      log(`${agentId} is over a limit (${order.reason}) and cannot be stopped now: ${stopped.failure.message}`);
    }
    this.#overLimit.add(run);
    setTimeout(() => {
      this.#overLimit.delete(run);
      // The next attempt is over no limit because the one before it was.
      if (runs.get(agentId) === run) void this.#stop(agentId, order);
    }, tryAgainMs).unref();
  }
}

const isAtWork = (agent: Agent | undefined): boolean =>
  agent?.life.status === 'running' || agent?.life.status === 'paused';

const failed = (failure: Failure): Result<void> => ({ ok: false, failure });
