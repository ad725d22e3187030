/** What buttons, menus and keys do to agents: some things at once, others after a question. */
import { useMemo } from 'react';
import { planAction, type Verb } from '../selectors/agent-actions.ts';
import { counted } from '../selectors/format.ts';
import { withActionAsked, withMessageBegun } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { useDashboard } from './dashboard-context.ts';
import { useNotify } from './notices.tsx';

export interface AgentActions {
  act(verb: Verb, ids: readonly string[]): void;
  message(agentId: string): void;
  copyIds(ids: readonly string[]): void;
}

export function useAgentActions(): AgentActions {
  const { store, client } = useDashboard();
  const notify = useNotify();
  return useMemo(
    () => ({
      act(verb, ids) {
        const plan = planAction(store.getState().fleet, verb, ids);
        if (plan.affected === 0) return;
        // What is undone by one click needs no question, where it is about one agent.
        const isLight = (verb === 'pause' || verb === 'resume') && plan.affected === 1;
        if (isLight) void client.carryOut(plan);
        else change(store, withActionAsked, verb, ids);
      },
      message: (agentId) => change(store, withMessageBegun, agentId),
      copyIds(ids) {
        navigator.clipboard.writeText(ids.join('\n')).then(
          () => notify('info', ids.length === 1 ? 'The id is copied.' : `${counted(ids.length, 'id')} are copied.`),
          () => notify('error', 'The browser does not allow copying here. Select the id and copy it yourself.'),
        );
      },
    }),
    [store, client, notify],
  );
}
