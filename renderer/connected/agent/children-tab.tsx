import { type ReactNode, useMemo } from 'react';
import type { Agent } from '../../../protocol/agent.ts';
import { childRows } from '../../selectors/child-rows.ts';
import { ChildTable } from '../../views/agent/child-table.tsx';
import { useDashboardState } from '../dashboard-context.ts';

export default function ChildrenTab({ agent }: { readonly agent: Agent }): ReactNode {
  const fleet = useDashboardState((state) => state.fleet);
  const measured = useDashboardState((state) => state.measured);
  const now = useDashboardState((state) => state.now);
  const { agents } = fleet;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- of the fleet they depend on the agents alone
  const rows = useMemo(() => childRows(fleet, agent, measured, now), [agents, agent, measured, now]);
  return <ChildTable rows={rows} />;
}
