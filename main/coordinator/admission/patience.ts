/** The end of patience: who waits longer than `config.timeout` allows is told, and never started. */
import type { AgentFacts } from '../../../protocol/agent.ts';
import { failureOf } from '../../../protocol/failures.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Moments } from './moments.ts';

export interface PatienceDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /** Shared with whoever else waits for a moment of the same agents. */
  readonly moments: Moments;
}

/** After a disk that refused. */
const tryAgainMs = 1000;

export class Patience {
  readonly #deps: PatienceDeps;

  constructor(deps: PatienceDeps) {
    this.#deps = deps;
  }

  /** Counts from its acceptance (or from when it was resumed or restarted), whoever coordinated then. */
  begin(facts: AgentFacts): void {
    const { clock, ledger, moments } = this.#deps;
    const life = ledger.pending.agents.get(facts.agent_id)?.life;
    if (facts.timeout === 0 || life?.status !== 'queued') return;
    const leftMs = Date.parse(life.since) + facts.timeout * 1000 - Date.parse(clock.now());
    // From here on by the monotonic clock. A wall clock that was put back must not prolong it.
    moments.at(facts.agent_id, Math.min(leftMs, facts.timeout * 1000), () => {
      void this.#expire(facts.agent_id, facts.timeout);
    });
  }

  async #expire(agentId: string, timeout: number): Promise<void> {
    const { ledger, clock, log, moments } = this.#deps;
    const agent = ledger.pending.agents.get(agentId);
    if (agent?.life.status !== 'queued' || agent.life.hold !== undefined) return;
    const failure = failureOf(
      'DEPLOYMENT_TIMEOUT',
      `${agentId} waited ${timeout} s (config.timeout) and could not start: ${agent.life.reason}. It will not be started; ask again with a new request_id or a longer timeout.`,
      { timeout, reason: agent.life.reason },
    );
    await ledger
      .commit([{ type: 'agent_never_began', at: clock.now(), agent_id: agentId, as: 'expired', failure }])
      .catch((error: unknown) => {
        log(`${agentId} could not be expired now: ${String(error)}`);
        // Where it has left the queue meanwhile, it enters it again, and that is when it expires.
        if (!moments.has(agentId)) moments.at(agentId, tryAgainMs, () => void this.#expire(agentId, timeout));
      });
  }
}
