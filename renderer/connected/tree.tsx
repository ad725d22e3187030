import { type ReactNode, useMemo } from 'react';
import { branchUses } from '../selectors/branch-use.ts';
import { matcherOf, noFilter, parseFilter, withFilter } from '../selectors/fleet-filter.ts';
import { plannedShares } from '../selectors/planned-shares.ts';
import { rootKey, treeRows } from '../selectors/tree-rows.ts';
import { FleetTree } from '../views/fleet-tree.tsx';
import { NothingFound } from '../views/nothing-found.tsx';
import { unheardSeconds, useDashboardState, useDrawnState } from './dashboard-context.ts';
import { FirstRun } from './first-run.tsx';
import { useAgentMenu } from './use-agent-menu.tsx';
import { useGo, useTreeStep } from './use-steps.ts';

/** The tree of the whole fleet, or how to begin one. */
export function Tree(): ReactNode {
  const fleet = useDrawnState((state) => state.fleet);
  const collapsed = useDashboardState((state) => state.collapsed);
  const selectedKey = useDashboardState(({ route }) => route.agentId ?? rootKey);
  const query = useDashboardState(({ route }) => route.query);
  const marked = useDashboardState((state) => state.marked);
  const measured = useDrawnState((state) => state.measured);
  const asked = useDashboardState((state) => state.asked);
  const now = useDashboardState((state) => state.now);
  const unheard = useDashboardState(unheardSeconds);
  const go = useGo();
  const matches = useMemo(() => matcherOf(parseFilter(query)), [query]);
  // Accepting, ending and usage change the maps; an event that only moves `seq` does not.
  const { agents, externals } = fleet;
  /* oxlint-disable react-hooks/exhaustive-deps -- these depend on two parts of the fleet alone */
  const rows = useMemo(() => treeRows(fleet, collapsed, matches), [agents, externals, collapsed, matches]);
  const uses = useMemo(() => branchUses(fleet, measured), [agents, externals, measured]);
  const shares = useMemo(() => plannedShares(fleet), [agents, externals]);
  /* oxlint-enable react-hooks/exhaustive-deps */
  const { menu, openMenu } = useAgentMenu();
  const onStep = useTreeStep(rows, openMenu);
  const context = useMemo(
    () => ({ now, unheardSeconds: unheard, uses, measured, shares, asked }),
    [now, unheard, uses, measured, shares, asked],
  );
  if (agents.size === 0 && externals.size === 0) return <FirstRun />;
  if (matches !== null && rows.length === 1) {
    return <NothingFound onClear={() => go({ query: withFilter(query, noFilter) }, 'replace')} />;
  }
  return (
    <>
      <FleetTree rows={rows} selectedKey={selectedKey} marked={marked} context={context} onStep={onStep} />
      {menu}
    </>
  );
}
