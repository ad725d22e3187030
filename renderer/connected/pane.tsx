import type { ReactNode } from 'react';
import { NodeNote } from '../views/node-note.tsx';
import { SelectedAgent } from './selected-agent.tsx';
import { useDashboardState } from './dashboard-context.ts';

/** What the selected row is. */
export function Pane(): ReactNode {
  const id = useDashboardState(({ route }) => route.agentId);
  const agent = useDashboardState(({ fleet }) => (id === null ? undefined : fleet.agents.get(id)));
  const external = useDashboardState(({ fleet }) => (id === null ? undefined : fleet.externals.get(id)));
  if (agent !== undefined) return <SelectedAgent key={agent.facts.agent_id} agent={agent} />;
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
