/** What keys and clicks do: steps of the tree become changes of the address, of the folds and of what is chosen. */
import { useCallback, useEffect } from 'react';
import { goTo } from '../client/page.ts';
import { nowhereInLog, withLogPlace } from '../selectors/log-place.ts';
import { keysBetween, type TreeStep } from '../selectors/tree-keys.ts';
import { rootKey, type TreeRow } from '../selectors/tree-rows.ts';
import { withFolded, withMarked } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import type { Route } from '../store/route.ts';
import { useDashboard } from './dashboard-context.ts';
import { useAgentActions } from './use-agent-actions.ts';

export function useTreeStep(
  rows: readonly TreeRow[],
  openMenu: (id: string, x: number, y: number) => void,
): (step: TreeStep) => void {
  const { store } = useDashboard();
  const { act } = useAgentActions();
  return useCallback(
    (step) => {
      const { route, marked } = store.getState();
      const active = route.agentId ?? rootKey;
      const select = (key: string): void =>
        goTo(store, { ...elsewhere(route, key), agentId: key === rootKey ? null : key, full: false }, 'replace');
      switch (step.type) {
        case 'select':
          if (marked.size > 0) change(store, withMarked, []);
          return select(step.key);
        case 'open':
          return goTo(
            store,
            {
              ...elsewhere(route, step.key),
              agentId: step.key === rootKey ? null : step.key,
              full: step.key !== rootKey,
            },
            'push',
          );
        case 'expand':
        case 'collapse':
          return change(store, withFolded, step.key, step.type === 'collapse');
        case 'mark': {
          const others = [...marked].filter((key) => key !== step.key);
          return change(store, withMarked, marked.has(step.key) ? others : [...others, step.key]);
        }
        case 'mark_to':
          change(store, withMarked, [...marked, ...keysBetween(rows, active, step.key)]);
          return select(step.key);
        case 'mark_all':
          return change(
            store,
            withMarked,
            rows.flatMap(({ key, node, isOnTheWay }) => (node.kind === 'agent' && !isOnTheWay ? key : [])),
          );
        case 'unmark':
          return change(store, withMarked, []);
        case 'menu':
          if (!marked.has(step.key)) select(step.key);
          return openMenu(step.key, step.x, step.y);
        case 'stop':
          return act('stop', marked.size > 0 ? [...marked] : [step.key]);
      }
    },
    [store, rows, openMenu, act],
  );
}

/** What was looked for in one log is not looked for in the next. */
const elsewhere = (route: Route, key: string): Route =>
  route.agentId === key ? route : { ...route, query: withLogPlace(route.query, nowhereInLog) };

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
      const { route, action } = store.getState();
      if (event.key !== 'Escape' || event.defaultPrevented || !route.full || action.status !== 'none') return;
      goTo(store, { ...route, full: false }, 'replace');
      document.querySelector<HTMLElement>('[role="treegrid"]')?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [store]);
}
