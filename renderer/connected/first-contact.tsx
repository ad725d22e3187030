import type { ReactNode } from 'react';
import { useDashboardState } from './dashboard-context.ts';

/** Before the first snapshot there is nothing to show, and nothing that could be mistaken for an empty fleet. */
export function FirstContact(): ReactNode {
  const message = useDashboardState(({ connection }) =>
    connection.status === 'lost' ? connection.failure.message : null,
  );
  return <p className="first-contact">{message ?? 'Asking the coordinator for its fleet …'}</p>;
}
