import { type ReactNode, Suspense } from 'react';
import type { Agent } from '../../protocol/agent.ts';
import { possibleVerbs } from '../selectors/agent-actions.ts';
import { paneModel } from '../selectors/pane-model.ts';
import type { Route } from '../store/route.ts';
import { AgentPane } from '../views/agent-pane.tsx';
import { tabs } from './agent/tabs.ts';
import { unheardSeconds, useDashboardState } from './dashboard-context.ts';
import { PageError } from './page-error.tsx';
import { useAgentActions } from './use-agent-actions.ts';
import { useAgentMenu } from './use-agent-menu.tsx';
import { useGo } from './use-steps.ts';

interface SelectedAgentProps {
  readonly agent: Agent;
  /** The address that selected it; the page's own may be a step ahead. */
  readonly route: Route;
}

export function SelectedAgent({ agent, route }: SelectedAgentProps): ReactNode {
  const id = agent.facts.agent_id;
  const fleet = useDashboardState((state) => state.fleet);
  const now = useDashboardState((state) => state.now);
  const asked = useDashboardState((state) => state.asked.get(id) ?? null);
  const unheard = useDashboardState(unheardSeconds);
  const go = useGo();
  const actions = useAgentActions();
  const { menu, openMenu } = useAgentMenu();
  const Tab = tabs[route.tab];
  return (
    <AgentPane
      {...paneModel(fleet, agent, now, unheard, asked)}
      tab={route.tab}
      full={route.full}
      verbs={possibleVerbs(fleet, [id])}
      asked={asked}
      onVerb={(verb) => actions.act(verb, [id])}
      onMore={(x, y) => openMenu(id, x, y)}
      onTab={(tab) => go({ tab }, 'replace')}
      onFull={(full) => go({ full }, full ? 'push' : 'replace')}
      onClose={() => go({ agentId: null, full: false }, 'replace')}
    >
      <PageError of={`${id} ${route.tab}`}>
        <Suspense fallback={null}>
          <Tab agent={agent} query={route.query} />
        </Suspense>
      </PageError>
      {menu}
    </AgentPane>
  );
}
