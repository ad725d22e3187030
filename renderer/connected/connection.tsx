import type { ReactNode } from 'react';
import { ConnectionBar, ConnectionWord } from '../views/connection-state.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

/** The word in the header. */
export function Connection(): ReactNode {
  return <ConnectionWord state={useDashboardState(({ connection }) => connection)} />;
}

/** The bar below it, while the connection is lost. */
export function ConnectionLost(): ReactNode {
  const { client } = useDashboard();
  const state = useDashboardState(({ connection }) => connection);
  const now = useDashboardState((all) => (all.connection.status === 'lost' ? all.now : 0));
  const shows = useDashboardState(({ fleetKnown }) => fleetKnown);
  return <ConnectionBar state={state} now={now} shows={shows} onRetry={() => client.retryNow()} />;
}
