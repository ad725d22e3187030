import type { ReactNode } from 'react';
import { ConnectionBar, ConnectionWord } from '../views/connection-state.tsx';
import { StorageBar } from '../views/storage-bar.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

/** The word in the header. */
export function Connection(): ReactNode {
  return <ConnectionWord state={useDashboardState(({ connection }) => connection)} />;
}

/** The bars below it: one while the connection is lost, one while the coordinator cannot write to its disk. */
export function Trouble(): ReactNode {
  return (
    <div className="trouble-bars">
      <ConnectionLost />
      <StorageTrouble />
    </div>
  );
}

function StorageTrouble(): ReactNode {
  const degraded = useDashboardState((all) => all.degraded);
  const now = useDashboardState((all) => (all.degraded.length > 0 ? all.now : 0));
  const isLive = useDashboardState(({ connection }) => connection.status === 'live');
  return isLive ? <StorageBar degraded={degraded} now={now} /> : null;
}

function ConnectionLost(): ReactNode {
  const { client } = useDashboard();
  const state = useDashboardState(({ connection }) => connection);
  const now = useDashboardState((all) => (all.connection.status === 'lost' ? all.now : 0));
  const shows = useDashboardState(({ fleetKnown }) => fleetKnown);
  return <ConnectionBar state={state} now={now} shows={shows} onRetry={() => client.retryNow()} />;
}
