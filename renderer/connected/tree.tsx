import { type ReactNode, useMemo } from 'react';
import { rootKey, treeRows } from '../selectors/tree-rows.ts';
import { EmptyFleet } from '../views/empty-fleet.tsx';
import { FleetTree } from '../views/fleet-tree.tsx';
import { unheardSeconds, useDashboardState } from './dashboard-context.ts';
import { useTreeStep } from './use-steps.ts';

/** The tree of the whole fleet, or how to begin one. */
export function Tree(): ReactNode {
  const fleet = useDashboardState((state) => state.fleet);
  const collapsed = useDashboardState((state) => state.collapsed);
  const selectedKey = useDashboardState(({ route }) => route.agentId ?? rootKey);
  const now = useDashboardState((state) => state.now);
  const unheard = useDashboardState(unheardSeconds);
  const onStep = useTreeStep();
  // Accepting, ending and usage change the maps; an event that only moves `seq` does not.
  const { agents, externals } = fleet;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the rows depend on these two parts of the fleet
  const rows = useMemo(() => treeRows(fleet, collapsed), [agents, externals, collapsed]);
  if (agents.size === 0 && externals.size === 0) return <EmptyFleet sample={sampleRequest} />;
  return <FleetTree rows={rows} selectedKey={selectedKey} now={now} unheardSeconds={unheard} onStep={onStep} />;
}

const sampleRequest = `{
  "request_id": "first_agent",
  "action": "deploy",
  "agent_type": "L1",
  "name": "first agent",
  "config": { "runtime": "demo", "prompt": "@work 10s\\n@report It works." }
}`;
