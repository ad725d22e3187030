/**
 * Runs that were let go and provably never began: their launcher was gone before it made its claim (the nursery died with
 * the order, say) or had no room to write it. The same attempt is started again, as after a restart of the coordinator.
 * Whoever begins must make the one claim of the attempt, so nothing can begin twice.
 */
import type { AgentFacts } from '../../../protocol/agent.ts';
import { failureOf } from '../../../protocol/failures.ts';
import type { EndWriter } from './end-writer.ts';
import { isEmptyClaim } from './exit-record.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

/** Once is an accident; whatever takes three launchers of one attempt takes the fourth, too. */
const mostLosses = 3;
/** A full disk is nobody's fault and passes: asked again as often as for anything that a disk refuses. */
const diskPatienceMs = 1000;

export interface LostLaunchesOptions extends Pick<SupervisorOptions, 'layout' | 'ledger' | 'log' | 'onUnbegun'> {
  readonly ends: EndWriter;
}

export class LostLaunches {
  readonly #options: LostLaunchesOptions;
  readonly #losses = new WeakMap<AgentFacts, { readonly attempt: number; readonly count: number }>();

  constructor(options: LostLaunchesOptions) {
    this.#options = options;
  }

  /** One more launcher of this attempt is gone. SPAWN_FAILED is the agent's end when it was the third. */
  async lost(agentId: string, attempt: number, pid: number): Promise<void> {
    const { layout, ledger, log, ends, onUnbegun } = this.#options;
    const agent = ledger.pending.agents.get(agentId);
    if (agent?.life.status === 'stopping') return ends.endUnbegun(agentId, attempt);
    if (agent?.life.status !== 'running' && agent?.life.status !== 'paused') return;
    if (isEmptyClaim(layout.attemptFolder(agentId, attempt))) {
      log(`${agentId}: its launcher (pid ${pid}) could not write its claim, the disk may be full; it is started again`);
      setTimeout(() => onUnbegun(agent.facts), diskPatienceMs).unref();
      return;
    }
    const before = this.#losses.get(agent.facts);
    const count = before?.attempt === attempt ? before.count + 1 : 1;
    this.#losses.set(agent.facts, { attempt, count });
    const is = `${agentId}: its launcher (pid ${pid}) was gone before it began (${count} of ${mostLosses})`;
    if (count >= mostLosses) {
      log(`${is}; it is given up`);
      return ends.neverBegan(agentId, attempt, failure(pid));
    }
    log(`${is}; it is started again`);
    onUnbegun(agent.facts);
  }
}

const failure = (pid: number) =>
  failureOf(
    'SPAWN_FAILED',
    `It was started ${mostLosses} times, and each time its launcher (the last was pid ${pid}) was gone before it began. See whether something ends processes of this user (a lack of memory, a limit, a clean-up job) and whether the disk is full, then deploy again with a new request_id.`,
  );
