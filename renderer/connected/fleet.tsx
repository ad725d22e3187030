import type { ReactNode } from 'react';
import { FleetLayout } from '../views/fleet-layout.tsx';
import { FleetCharts } from './charts/fleet-charts.tsx';
import { useDashboardState } from './dashboard-context.ts';
import { FirstContact } from './first-contact.tsx';
import { Pane } from './pane.tsx';
import { Summary } from './summary.tsx';
import { Toolbar } from './toolbar.tsx';
import { Tree } from './tree.tsx';
import { useEscape } from './use-steps.ts';

/** The Fleet view: numbers, tree, pane. */
export function Fleet(): ReactNode {
  const known = useDashboardState(({ fleetKnown }) => fleetKnown);
  const full = useDashboardState(({ route }) => route.full && route.agentId !== null);
  const stale = useDashboardState(({ connection }) => connection.status === 'lost');
  const empty = useDashboardState(({ fleet }) => fleet.agents.size === 0 && fleet.externals.size === 0);
  useEscape();
  if (!known) return <FirstContact />;
  const tree = empty ? (
    <Tree />
  ) : (
    <>
      <Toolbar />
      <Tree />
    </>
  );
  return (
    <>
      <Summary />
      <FleetLayout
        tree={tree}
        charts={empty ? null : <FleetCharts />}
        pane={empty ? null : <Pane />}
        full={full}
        stale={stale}
      />
    </>
  );
}
