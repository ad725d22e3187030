import { type ReactNode, useDeferredValue } from 'react';
import { NodeNote } from '../views/node-note.tsx';
import type { Route } from '../store/route.ts';
import { SelectedAgent } from './selected-agent.tsx';
import { useDashboardState } from './dashboard-context.ts';

/** What the selected row is. */
export function Pane(): ReactNode {
  const route = useShownRoute();
  const id = route.agentId;
  const agent = useDashboardState(({ fleet }) => (id === null ? undefined : fleet.agents.get(id)));
  const external = useDashboardState(({ fleet }) => (id === null ? undefined : fleet.externals.get(id)));
  if (agent !== undefined) return <SelectedAgent key={agent.facts.agent_id} agent={agent} route={route} />;
  if (external !== undefined) {
    return (
      <NodeNote title={external.agent_id}>
        <p>Started outside of this coordinator: it has a place in the tree, but no process, log or report here.</p>
      </NodeNote>
    );
  }
  if (id !== null) {
    return (
      <NodeNote title={id}>
        <p>
          No agent of this name is known here. It may belong to another coordinator, or its record was cleared away.
        </p>
      </NodeNote>
    );
  }
  return (
    <NodeNote title="Ziggie">
      <p>The top of the tree: you, and the agents you started. Select an agent to see its state, files and log.</p>
    </NodeNote>
  );
}

/**
 * Another agent is shown after the key that selected it, so that the tree follows the keyboard at once: until then all of
 * the address is the old one, and no tab or place of one agent is ever that of another. What is typed counts at once.
 */
function useShownRoute(): Route {
  const route = useDashboardState((state) => state.route);
  const before = useDeferredValue(route);
  return before.agentId === route.agentId ? route : before;
}
