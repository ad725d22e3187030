import type { ReactNode } from 'react';
import { agentTitle } from '../selectors/tree-rows.ts';
import { livingIn } from '../selectors/pane-model.ts';
import { withStopDropped } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { StopDialog } from '../views/stop-dialog.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

/** The question before a stop, while it is asked. */
export function StopConfirmation(): ReactNode {
  const { store, client } = useDashboard();
  const id = useDashboardState(({ stop }) => (stop.status === 'confirming' ? stop.agentId : null));
  const agent = useDashboardState(({ fleet }) => (id === null ? undefined : fleet.agents.get(id)));
  const living = useDashboardState(({ fleet }) => (id === null ? 0 : livingIn(fleet, id)));
  const selfLives = useDashboardState(({ fleet }) => id !== null && fleet.living.has(id));
  if (id === null || agent === undefined) return null;
  return (
    <StopDialog
      title={agentTitle(agent)}
      living={living}
      selfLives={selfLives}
      onConfirm={() => void client.stop(id)}
      onCancel={() => change(store, withStopDropped)}
    />
  );
}
