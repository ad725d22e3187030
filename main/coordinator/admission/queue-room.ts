/** How many may wait, and how many may live below one that deploys. */
import type { Config } from '../../../protocol/config.ts';
import { type Fleet, isWithin } from '../../../protocol/fleet.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Principal } from '../facade.ts';

/** Who finds a free slot, of those that wait already and of those that are asked for. */
export interface SlotsFound {
  readonly queued: number;
  readonly newcomers: number;
  /** For what the first newcomer without one would wait; null: each finds one. */
  readonly reason: string | null;
}

/**
 * `checkQueue` for several that are accepted together: those for whom admission would find no slot must fit into the queue
 * beside who waits on.
 */
export function checkQueueFor(
  count: number,
  { counts }: Pick<Fleet, 'counts'>,
  found: () => SlotsFound,
  limits: Config['limits'],
): Result<void> {
  const most = Math.max(1, limits.max_queued);
  if (counts.queued + count <= most) return ok(undefined);
  const { queued, newcomers, reason } = found();
  if (counts.queued - queued + count - newcomers <= most) return ok(undefined);
  return fail(
    'QUEUE_FULL',
    `${count} agents are asked for; ${newcomers} of them could start now, ${counts.queued} agents wait already, and the queue holds ${limits.max_queued} (limits.max_queued). The next would be ${reason ?? 'waiting'}. Ask for fewer at a time, or when some have ended.`,
    { asked: count, queued: counts.queued, free: newcomers, max_queued: limits.max_queued, reason },
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

/** `startsAtOnce`: asked where the queue is full; who needs no place in it is not refused. */
export function checkQueue(queued: number, limits: Config['limits'], startsAtOnce: () => boolean): Result<void> {
  if (queued < Math.max(1, limits.max_queued) || startsAtOnce()) return ok(undefined);
  return fail(
    'QUEUE_FULL',
    `${queued} agents wait already; the queue holds ${limits.max_queued} (limits.max_queued), and this one could not start now. Wait until some have started, then ask again.`,
    {
      queued,
      max_queued: limits.max_queued,
    },
  );
}
