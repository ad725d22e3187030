/**
 * Pausing and resuming agents together. What is wanted becomes durable for all of them first, then their trees are frozen or
 * thawed; whoever looks at the journal after a crash in between does the same once more. What a run does is decided by the
 * agent's state at that moment, so that of a pause and a resume that meet the later one stands.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Agent } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Scheduler } from '../admission/scheduler.ts';
import type { Clock } from '../clock.ts';
import type { LifeWatch } from '../events/life-watch.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Supervisor } from './supervisor.ts';

export interface FreezingDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly lives: LifeWatch;
  readonly supervisor: Supervisor;
  readonly scheduler: Scheduler;
}

export interface PauseOrder {
  readonly by: string;
  readonly reason: string | null;
}

/**
 * Settles when what runs is frozen and what waits will not be started, with the processes that could not be frozen yet, by agent:
 * they are tried again. `agents`: those that run, are being started or wait, and are not held; `note`: what becomes durable
 * with them. IDENTITY_UNVERIFIED: of one nothing tells whether the process is still its own; then none of them is touched.
 */
export async function pauseAgents(
  deps: FreezingDeps,
  agents: readonly Agent[],
  { by, reason }: PauseOrder,
  note: readonly ZiggieEvent[] = [],
): Promise<Result<ReadonlyMap<string, readonly number[]>>> {
  const { ledger, clock, lives, supervisor, scheduler } = deps;
  const unverified = agents.filter(({ facts }) => supervisor.runOf(facts.agent_id)?.verify() === 'unknown');
  if (unverified.length > 0) return identityUnverified(unverified);
  const at = clock.now();
  const paused = agents.map(({ facts: { agent_id } }): ZiggieEvent => {
    const ran_seconds = supervisor.runOf(agent_id)?.ranSeconds() ?? 0;
    return { type: 'agent_paused', at, agent_id, by, reason, ran_seconds };
  });
  await ledger.commit([...paused, ...note]);
  const left = new Map<string, readonly number[]>();
  await Promise.all(
    agents.map(async ({ facts: { agent_id }, life }) => {
      if (life.status === 'queued' || life.status === 'backoff') scheduler.hold(agent_id);
      // What is being started is let go a moment after it is durable; then it has a run, and that sees to its own pause.
      // A start that the disk refuses leaves it as it is: it is held, and is not tried again before it is resumed.
      await Promise.race([
        lives.when(agent_id, (now) => now.life.status !== 'starting' || now.life.hold === undefined),
        scheduler.whenNotStarting(agent_id),
      ]);
      await turn();
      if (ledger.current.agents.get(agent_id)?.life.status !== 'paused') return;
      const unfrozen = (await supervisor.runOf(agent_id)?.pause()) ?? [];
      if (unfrozen.length > 0) left.set(agent_id, unfrozen);
    }),
  );
  return ok(left);
}

/** Settles when what was frozen is thawed, and what waits has its place again. `agents`: those that are held; `note` as above. */
export async function resumeAgents(
  deps: FreezingDeps,
  agents: readonly Agent[],
  by: string,
  note: readonly ZiggieEvent[] = [],
): Promise<void> {
  const { ledger, clock, supervisor, scheduler } = deps;
  const at = clock.now();
  const resumed = agents.map(({ facts: { agent_id } }) => ({ type: 'agent_resumed', at, agent_id, by }) as const);
  await ledger.commit([...resumed, ...note]);
  const now = agents.flatMap(({ facts }) => ledger.current.agents.get(facts.agent_id) ?? []);
  scheduler.freeAll(now);
  const running = now.filter(({ life }) => life.status === 'running');
  await Promise.all(running.map(async ({ facts }) => supervisor.runOf(facts.agent_id)?.resume()));
}

function identityUnverified(agents: readonly Agent[]): Result<never> {
  const who = agents.map(({ facts }) => facts.agent_id);
  return fail(
    'IDENTITY_UNVERIFIED',
    `Nothing was paused: the start time of the process of ${who.join(', ')} cannot be read, so it may be a stranger's by now. It is asked again every second; pause it again in a few seconds.`,
    { agents: who },
  );
}
