/** How many may run and start at a time. Over a limit an agent waits in the queue and is told why. */
import type { Config } from '../../../protocol/config.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';

export type SlotDecision =
  | { readonly is: 'admit' }
  | { readonly is: 'wait'; readonly reason: string; /** Only until another has started. */ readonly isBrief: boolean };

function decideSlot(running: number, starting: number, limits: Config['limits']): SlotDecision {
  if (running >= limits.max_running) {
    return {
      is: 'wait',
      reason: `waiting: ${running} of ${limits.max_running} agents run (limits.max_running)`,
      isBrief: false,
    };
  }
  if (starting >= limits.max_starting) {
    return {
      is: 'wait',
      reason: `waiting: ${starting} of ${limits.max_starting} agents start (limits.max_starting)`,
      isBrief: true,
    };
  }
  return { is: 'admit' };
}

/** Who holds a slot: it has, or is about to have, a process. */
export function decideFor({ counts }: Fleet, limits: Config['limits']): SlotDecision {
  return decideSlot(counts.starting + counts.running + counts.stopping, counts.starting, limits);
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
