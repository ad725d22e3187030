/** What keys and clicks do: steps of the tree become changes of the address and of the folds. */
import { useCallback, useEffect } from 'react';
import { goTo } from '../client/page.ts';
import type { TreeStep } from '../selectors/tree-keys.ts';
import { rootKey } from '../selectors/tree-rows.ts';
import { withFolded } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import type { Route } from '../store/route.ts';
import { useDashboard } from './dashboard-context.ts';

export function useTreeStep(): (step: TreeStep) => void {
  const { store } = useDashboard();
  return useCallback(
    ({ type, key }) => {
      const { route } = store.getState();
      const agentId = key === rootKey ? null : key;
      if (type === 'select') goTo(store, { ...route, agentId, full: false }, 'replace');
      else if (type === 'open') goTo(store, { ...route, agentId, full: agentId !== null }, 'push');
      else change(store, withFolded, key, type === 'collapse');
    },
    [store],
  );
}

/** Changes a part of the address. */
export function useGo(): (part: Partial<Route>, how: 'push' | 'replace') => void {
  const { store } = useDashboard();
  return useCallback((part, how) => goTo(store, { ...store.getState().route, ...part }, how), [store]);
}

/** Esc comes back from the full page to the tree. A dialog above it has taken the key for itself. */
export function useEscape(): void {
  const { store } = useDashboard();
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { route, stop } = store.getState();
      if (event.key !== 'Escape' || event.defaultPrevented || !route.full || stop.status === 'confirming') return;
      goTo(store, { ...route, full: false }, 'replace');
      document.querySelector<HTMLElement>('[role="treegrid"]')?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [store]);
}
