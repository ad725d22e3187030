/** Keeps a view of the fleet up to date, and knows since when what it shows is news to the operator. */
import type { Coordinator } from '../coordinator/facade.ts';
import type { Fleet } from '../../protocol/fleet.ts';

/** Milliseconds. A burst of events becomes one change of the view; a person sees no delay below this. */
const COALESCE_MS = 100;

export interface FleetFollower {
  /** Shows the fleet again soon: something beside it has changed. */
  refresh(): void;
  /** Call when the operator begins or ends looking at the dashboard. */
  look(): void;
}

/**
 * Calls `show` with the fleet at once, and after every change of it. `lookedAt` is when the operator last saw the
 * dashboard (ISO 8601; the start of the application at first), or null while they are looking.
 */
export function followFleet(
  coordinator: Pick<Coordinator, 'fleet' | 'subscribe'>,
  isLookedAt: () => boolean,
  show: (fleet: Fleet, lookedAt: string | null) => void,
): FleetFollower {
  let lookedAt = new Date().toISOString();
  let timer: NodeJS.Timeout | null = null;

  const update = (): void => {
    timer = null;
    show(coordinator.fleet(), isLookedAt() ? null : lookedAt);
  };
  const updateSoon = (): void => {
    timer ??= setTimeout(update, COALESCE_MS);
  };
  coordinator.subscribe(updateSoon);
  update();
  return {
    refresh: updateSoon,
    look() {
      // Coming and going both count as having looked: what ended in between was on screen.
      lookedAt = new Date().toISOString();
      updateSoon();
    },
  };
}
