import { type ReactNode, useMemo } from 'react';
import { rollUp } from '../selectors/roll-up.ts';
import { FleetLayout } from '../views/fleet-layout.tsx';
import { SummaryStrip } from '../views/summary-strip.tsx';
import { useDashboardState } from './dashboard-context.ts';
import { FirstContact } from './first-contact.tsx';
import { Pane } from './pane.tsx';
import { StopConfirmation } from './stop-confirmation.tsx';
import { Tree } from './tree.tsx';
import { useEscape } from './use-steps.ts';

/** The Fleet view: numbers, tree, pane. */
export function Fleet(): ReactNode {
  const agents = useDashboardState(({ fleet }) => fleet.agents);
  const known = useDashboardState(({ fleetKnown }) => fleetKnown);
  const full = useDashboardState(({ route }) => route.full && route.agentId !== null);
  const stale = useDashboardState(({ connection }) => connection.status === 'lost');
  const empty = useDashboardState(({ fleet }) => fleet.agents.size === 0 && fleet.externals.size === 0);
  const counts = useMemo(() => rollUp(agents.values()), [agents]);
  useEscape();
  if (!known) return <FirstContact />;
  return (
    <>
      <SummaryStrip counts={counts} />
      <FleetLayout tree={<Tree />} pane={empty ? null : <Pane />} full={full} stale={stale} />
      <StopConfirmation />
    </>
  );
}
