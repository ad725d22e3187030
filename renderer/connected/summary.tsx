import { type ReactNode, useMemo } from 'react';
import { parseFilter, withFilter } from '../selectors/fleet-filter.ts';
import { fleetTotals } from '../selectors/fleet-totals.ts';
import { rollUp } from '../selectors/roll-up.ts';
import { SummaryStrip } from '../views/summary-strip.tsx';
import { useDashboardState, useDrawnState } from './dashboard-context.ts';
import { useGo } from './use-steps.ts';

/** The whole fleet in one line; its counts are switches of the filter. */
export function Summary(): ReactNode {
  const { agents, day } = useDrawnState(({ fleet }) => fleet);
  const measured = useDrawnState((state) => state.measured);
  const now = useDashboardState((state) => state.now);
  const query = useDashboardState(({ route }) => route.query);
  const go = useGo();
  const counts = useMemo(() => rollUp(agents.values()), [agents]);
  const filter = useMemo(() => parseFilter(query), [query]);
  return (
    <SummaryStrip
      counts={counts}
      show={filter.show}
      totals={fleetTotals(measured, day, now)}
      onToggle={(bucket) => {
        const show = new Set(filter.show);
        if (!show.delete(bucket)) show.add(bucket);
        go({ query: withFilter(query, { ...filter, show }) }, 'replace');
      }}
    />
  );
}
