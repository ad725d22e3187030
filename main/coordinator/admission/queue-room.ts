/** How many may wait, and how many may live below one that deploys. */
import type { Config } from '../../../protocol/config.ts';
import { type Fleet, isWithin } from '../../../protocol/fleet.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Principal } from '../facade.ts';

/** `checkQueue` for several that are accepted together: those for whom no slot is free must fit into the queue beside who waits already. */
export function checkQueueFor(count: number, { counts }: Fleet, limits: Config['limits']): Result<void> {
  const room = checkQueue(counts.queued, limits);
  if (!room.ok) return room;
  const active = counts.starting + counts.running + counts.paused + counts.stopping;
  const free = Math.max(0, limits.max_running - active);
  const waiting = counts.queued + count - free;
  if (waiting <= Math.max(1, limits.max_queued)) return ok(undefined);
  return fail(
    'QUEUE_FULL',
    `${count} agents are asked for; ${counts.queued} wait already, ${free} slots are free (limits.max_running), and the queue holds ${limits.max_queued} (limits.max_queued). Ask for fewer at a time, or when some have ended.`,
    { asked: count, queued: counts.queued, free, max_queued: limits.max_queued },
  );
}

/** How many may live below an agent that deploys with its own token, waiting ones included. The operator has no such limit. */
export function checkQuota(fleet: Fleet, by: Principal, limits: Config['limits'], asked = 1): Result<void> {
  if (by.kind === 'operator') return ok(undefined);
  const isBelow = (id: string): boolean => id !== by.agentId && isWithin(fleet, id, by.agentId);
  const living = [...fleet.living.keys()].filter(isBelow).length;
  const most = limits.max_descendants_per_agent;
  if (living + asked <= most) return ok(undefined);
  return fail(
    'LIMIT_REACHED',
    `${living} agents live below ${by.agentId} already, ${asked} more ${asked === 1 ? 'is' : 'are'} asked for; an agent may have ${most} (limits.max_descendants_per_agent). Wait until some have ended, or stop some, then ask again.`,
    { reason: 'descendants', living, asked, max_descendants_per_agent: most },
  );
}

export function checkQueue(queued: number, limits: Config['limits']): Result<void> {
  if (queued < Math.max(1, limits.max_queued)) return ok(undefined);
  return fail(
    'QUEUE_FULL',
    `${queued} agents wait already; the queue holds ${limits.max_queued} (limits.max_queued). Wait until some have started, then ask again.`,
    {
      queued,
      max_queued: limits.max_queued,
    },
  );
}
