/** What can be done to an agent, or to those that were chosen with it: the menu of the right mouse button. */
import { type ReactNode, useCallback, useState } from 'react';
import { possibleVerbs } from '../selectors/agent-actions.ts';
import { AgentMenu } from '../views/agent-menu.tsx';
import { useDashboard } from './dashboard-context.ts';
import { useAgentActions } from './use-agent-actions.ts';
import { useGo } from './use-steps.ts';

interface OpenAt {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface AgentMenuModel {
  readonly menu: ReactNode;
  readonly openMenu: (id: string, x: number, y: number) => void;
}

export function useAgentMenu(): AgentMenuModel {
  const { store } = useDashboard();
  const [at, setAt] = useState<OpenAt | null>(null);
  const actions = useAgentActions();
  const go = useGo();
  const openMenu = useCallback((id: string, x: number, y: number) => setAt({ id, x, y }), []);
  if (at === null) return { menu: null, openMenu };
  const { fleet, marked } = store.getState();
  const ids = marked.has(at.id) ? [...marked] : [at.id];
  const close = (): void => {
    setAt(null);
    document.querySelector<HTMLElement>('[role="treegrid"]')?.focus();
  };
  const menu = (
    <AgentMenu
      x={at.x}
      y={at.y}
      count={ids.length}
      verbs={possibleVerbs(fleet, ids)}
      onVerb={(verb) => actions.act(verb, ids)}
      onMessage={ids.length === 1 && fleet.living.has(at.id) ? () => actions.message(at.id) : null}
      onCopy={() => actions.copyIds(ids)}
      onOpen={() => go({ agentId: at.id, full: true }, 'push')}
      onLog={() => go({ agentId: at.id, tab: 'log', full: true }, 'push')}
      onClose={close}
    />
  );
  return { menu, openMenu };
}
