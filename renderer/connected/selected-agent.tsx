import { type ReactNode, Suspense } from 'react';
import type { Agent } from '../../protocol/agent.ts';
import { livingIn, paneModel } from '../selectors/pane-model.ts';
import { withStopAsked } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { AgentPane } from '../views/agent-pane.tsx';
import { tabs } from './agent/tabs.ts';
import { unheardSeconds, useDashboard, useDashboardState } from './dashboard-context.ts';
import { PageError } from './page-error.tsx';
import { useGo } from './use-steps.ts';

export function SelectedAgent({ agent }: { readonly agent: Agent }): ReactNode {
  const { store } = useDashboard();
  const id = agent.facts.agent_id;
  const { fleet, now, route, stop } = useDashboardState((state) => state);
  const unheard = useDashboardState(unheardSeconds);
  const go = useGo();
  const asked = stop.status !== 'none' && stop.agentId === id ? stop : null;
  const onStop = (): void => change(store, withStopAsked, id);
  const Tab = tabs[route.tab];
  return (
    <AgentPane
      {...paneModel(fleet, agent, now, unheard)}
      tab={route.tab}
      full={route.full}
      stop={livingIn(fleet, id) === 0 ? null : { busy: asked?.status === 'sent', onStop }}
      stopFailure={asked?.status === 'failed' ? asked.message : null}
      onTab={(tab) => go({ tab }, 'replace')}
      onFull={(full) => go({ full }, full ? 'push' : 'replace')}
      onClose={() => go({ agentId: null, full: false }, 'replace')}
    >
      <PageError of={`${id} ${route.tab}`}>
        <Suspense fallback={null}>
          <Tab agent={agent} />
        </Suspense>
      </PageError>
    </AgentPane>
  );
}
