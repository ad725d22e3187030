import { type ReactNode, useMemo } from 'react';
import { navCounts } from '../selectors/nav-counts.ts';
import { Nav } from '../views/nav.tsx';
import { useDashboardState, useDrawnState } from './dashboard-context.ts';

export function Navigation(): ReactNode {
  const fleet = useDrawnState((state) => state.fleet);
  const view = useDashboardState(({ route }) => route.view);
  const { agents, approvals, counts } = fleet;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the counts depend on these parts of the fleet
  const shown = useMemo(() => navCounts(fleet), [agents, approvals, counts]);
  return <Nav current={view} counts={shown} />;
}
