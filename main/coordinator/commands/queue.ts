/** queue, intake: who waits for a slot and why; and whether anything is started. */
import type { Agent } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import type { QueueAnswer } from '../../../protocol/queue.ts';
import type { InLine, Scheduler } from '../admission/scheduler.ts';
import type { Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Settings } from '../root/settings.ts';
import type { Note } from './repeats.ts';
import { mayReach } from './rights.ts';

export interface QueueDeps {
  readonly scheduler: Pick<Scheduler, 'line' | 'slotsTaken' | 'slotsLent' | 'limitsInUse' | 'freeMemoryMb'>;
  readonly config: Config;
  readonly settings: Pick<Settings, 'patch'>;
}

export function queue({ scheduler, config }: QueueDeps, fleet: Fleet, by: Principal): QueueAnswer {
  const line = scheduler.line();
  return {
    intake_paused: config.intake_paused,
    running: scheduler.slotsTaken(),
    lent: scheduler.slotsLent(),
    max_running: config.limits.max_running,
    free_memory_mb: scheduler.freeMemoryMb(),
    min_free_memory_mb: config.limits.min_free_memory_mb,
    // Who else runs what is no agent's business.
    limits: by.kind === 'operator' ? scheduler.limitsInUse() : [],
    total: line.length,
    waiting: line.flatMap((one, index) => {
      const agent = fleet.agents.get(one.facts.agent_id);
      if (agent === undefined || !mayReach(fleet, by, one.facts.agent_id)) return [];
      return [waitingAgent(agent, one, index + 1)];
    }),
  };
}

function waitingAgent({ facts, life }: Agent, { reason }: InLine, position: number): QueueAnswer['waiting'][number] {
  const { agent_id, parent_agent, agent_type, level, runtime, priority, timeout, accepted_at } = facts;
  const since = life.status === 'queued' ? life.since : accepted_at;
  const expires = life.status === 'queued' && timeout > 0 ? Date.parse(since) + timeout * 1000 : null;
  return {
    agent_id,
    parent_agent,
    agent_type,
    level,
    runtime,
    priority,
    position,
    reason,
    queued_at: since,
    expires_at: expires === null ? null : new Date(expires).toISOString(),
  };
}

/** Rejects when the disk refuses. */
export async function intake(
  deps: QueueDeps & { readonly ledger: Pick<Ledger, 'commit'> },
  fleet: () => Fleet,
  paused: boolean,
  by: Principal,
  note: Note,
): Promise<Result<QueueAnswer>> {
  const allowed = mayTurnIntake(by);
  if (!allowed.ok) return allowed;
  const patched = await deps.settings.patch({ intake_paused: paused });
  if (!patched.ok) return patched;
  const noted = note([]);
  if (noted.length > 0) await deps.ledger.commit(noted);
  return ok(queue(deps, fleet(), by));
}

export function mayTurnIntake(by: Principal): Result<null> {
  if (by.kind === 'operator') return ok(null);
  return fail('NOT_ALLOWED', 'Only the operator may pause and resume all starts.', { reason: 'operator_only' });
}
