/** Every way the dashboard's state changes: pure functions from state to the changed part. */
import type { ClientFailure } from '../../clients/typescript/client.ts';
import type { FollowState } from '../../clients/typescript/follow-state.ts';
import type { Degradation } from '../../protocol/api.ts';
import type { FleetSnapshot, Sequenced } from '../../protocol/events.ts';
import { fleet, fromSnapshot } from '../../protocol/fleet.ts';
import { pathTo } from '../selectors/tree-rows.ts';
import { type Notice, withOneMore } from './notices.ts';
import type { Route } from './route.ts';
import type { DashboardState, Session } from './state.ts';

type Change = Partial<DashboardState>;

export function withSnapshot(state: DashboardState, snapshot: FleetSnapshot): Change {
  const known = fromSnapshot(snapshot);
  return { fleet: known, fleetKnown: true, collapsed: openedTo({ ...state, fleet: known }, state.route) };
}

/** The same fold as in the coordinator, over many events at once so that the page is drawn once. */
export const withEvents = (state: DashboardState, events: readonly Sequenced[]): Change => ({
  fleet: events.reduce(fleet, state.fleet),
});

export function withConnection(_: DashboardState, connection: FollowState): Change {
  if (connection.status === 'live') return { connection, degraded: [] }; // Trouble is told after this.
  if (connection.status !== 'refused') return { connection };
  return { connection, session: { status: 'signed_out', reason: refusedReason(connection.failure) } };
}

export const withHealth = (_: DashboardState, degraded: readonly Degradation[]): Change => ({ degraded });

export const withMeasured = (_: DashboardState, measured: DashboardState['measured']): Change => ({ measured });

export const withNotice = ({ notices }: DashboardState, notice: Omit<Notice, 'id'>): Change => ({
  notices: withOneMore(notices, notice),
});

export const withoutNotice = ({ notices }: DashboardState, id: number): Change => ({
  notices: notices.filter((notice) => notice.id !== id),
});

/** What was said about another view goes when its reader is there, or when there is nothing left to see. */
export const withoutNoticesTo = ({ notices }: DashboardState, href: string): Change =>
  notices.some((notice) => notice.href === href) ? { notices: notices.filter((notice) => notice.href !== href) } : {};

export const withSession = (_: DashboardState, session: Session): Change =>
  session.status === 'signed_in' ? { session, connection: { status: 'connecting' } } : { session };

export const withNow = (_: DashboardState, now: number): Change => ({ now });

/** What is selected must be seen: branches on the way to it unfold. */
export const withRoute = (state: DashboardState, route: Route): Change => ({
  route,
  collapsed: openedTo(state, route),
});

/** Folding away the branch that holds the selection would hide it, so the selection moves up to the branch. */
export function withFolded(state: DashboardState, key: string, folded: boolean): Change {
  const collapsed = new Set(state.collapsed);
  if (folded) collapsed.add(key);
  else collapsed.delete(key);
  const { agentId } = state.route;
  const hides = folded && agentId !== null && agentId !== key && pathTo(state.fleet, agentId).includes(key);
  if (!hides) return { collapsed };
  return { collapsed, route: { ...state.route, agentId: key === '' ? null : key, full: false } };
}

export const withStopAsked = (_: DashboardState, agentId: string): Change => ({
  stop: { status: 'confirming', agentId },
});

export const withStopSent = (_: DashboardState, agentId: string): Change => ({ stop: { status: 'sent', agentId } });

export const withStopDropped = (_: DashboardState): Change => ({ stop: { status: 'none' } });

/** `failure` null: the branch is down, and the tree says so by itself. */
export const withStopAnswered = (_: DashboardState, agentId: string, failure: ClientFailure | null): Change => ({
  stop: failure === null ? { status: 'none' } : { status: 'failed', agentId, message: failure.message },
});

function openedTo({ fleet: known, collapsed }: DashboardState, { agentId }: Route): ReadonlySet<string> {
  if (agentId === null) return collapsed;
  const above = pathTo(known, agentId).slice(0, -1);
  if (!above.some((key) => collapsed.has(key))) return collapsed;
  return new Set([...collapsed].filter((key) => !above.includes(key)));
}

function refusedReason(failure: ClientFailure): string {
  return failure.code === 'UNAUTHENTICATED'
    ? 'The coordinator does not accept this token. It may have been restarted with another one.'
    : failure.message;
}
