/** Whoever has something unsaved is asked before the page goes to another address. One view is open, so one may ask. */
import type { Route } from '../store/route.ts';

/** True: the way is free. */
export type LeaveGuard = (to: Route) => boolean;

const present: { guard: LeaveGuard | null } = { guard: null };

/** Returns what takes the guard away again. */
export function guardLeaving(guard: LeaveGuard): () => void {
  present.guard = guard;
  return () => {
    if (present.guard === guard) present.guard = null;
  };
}

export const mayGo = (to: Route): boolean => present.guard?.(to) ?? true;
