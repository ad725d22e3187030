/** Who may undo a pause or a stop: whoever did it, and all above; an agent nothing that came from above it. */
import type { Agent } from '../../../protocol/agent.ts';
import { type Fleet, isWithin } from '../../../protocol/fleet.ts';
import { holdOf } from '../../../protocol/hold.ts';
import type { Principal } from '../facade.ts';

/** By whom it was paused, if `by` may not undo that; null: it may, or it is not paused. */
export function pausedFromAbove(fleet: Fleet, agent: Agent, by: Principal): string | null {
  const hold = holdOf(agent.life);
  return hold === null ? null : fromAbove(fleet, hold.by, by);
}

/** By whom it was stopped, if `by` may not undo that; null: it may, or it ended in another way. */
export function stoppedFromAbove(fleet: Fleet, { life }: Agent, by: Principal): string | null {
  const stopper = stopperOf(life);
  return stopper === null ? null : fromAbove(fleet, stopper, by);
}

function stopperOf(life: Agent['life']): string | null {
  if (life.status === 'ended') return life.ending.stopped_by ?? null;
  if (life.status !== 'never_began') return null;
  const who = life.failure.details?.['by'];
  return typeof who === 'string' ? who : null;
}

/** `who` may have its reason behind it: "operator: too dear". */
function fromAbove(fleet: Fleet, who: string, by: Principal): string | null {
  if (by.kind === 'operator') return null;
  const [name = who] = who.split(':');
  return isWithin(fleet, name, by.agentId) ? null : name;
}
