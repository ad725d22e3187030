/** Hands the page's store and client to the connected components. */
import { createContext, useContext, useDeferredValue } from 'react';
import { useStore } from 'zustand';
import type { DashboardClient } from '../client/dashboard-client.ts';
import type { DashboardStore } from '../store/dashboard-store.ts';
import type { DashboardState } from '../store/state.ts';

export interface Dashboard {
  readonly store: DashboardStore;
  readonly client: DashboardClient;
}

export const DashboardContext = createContext<Dashboard | null>(null);

export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (dashboard === null) throw new Error('A connected component stands outside of the dashboard.');
  return dashboard;
}

/** A part of the state; the component is drawn again when that part is another one. */
export function useDashboardState<T>(part: (state: DashboardState) => T): T {
  return useStore(useDashboard().store, part);
}

/**
 * The same for what takes long to draw: a moment after the state, in pieces between which a key that is pressed comes first.
 * Not for what a person types or has just done.
 */
export function useDrawnState<T>(part: (state: DashboardState) => T): T {
  return useDeferredValue(useDashboardState(part));
}

/** Seconds since the coordinator was last heard; null while it is heard. */
export const unheardSeconds = ({ connection, now }: DashboardState): number | null =>
  connection.status === 'lost' ? Math.max(0, Math.floor((now - connection.since) / 1000)) : null;
