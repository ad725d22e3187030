/** The one store of the page. It holds state and nothing else: how it changes is in changes.ts, who changes it in client/. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type DashboardState, initialState } from './state.ts';

export type DashboardStore = StoreApi<DashboardState>;

export const createDashboardStore = (now: number): DashboardStore =>
  createStore<DashboardState>()(() => initialState(now));

/** Applies one of the changes of changes.ts with what it needs beside the state. */
export function change<Given extends readonly unknown[]>(
  store: DashboardStore,
  how: (state: DashboardState, ...given: Given) => Partial<DashboardState>,
  ...given: Given
): void {
  store.setState((state) => how(state, ...given));
}
