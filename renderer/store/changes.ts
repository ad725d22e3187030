/** Every way the dashboard's state changes: pure functions from state to the changed part. */
import type { ClientFailure } from '../../clients/typescript/client.ts';
import type { FollowState } from '../../clients/typescript/follow-state.ts';
import type { Degradation } from '../../protocol/api.ts';
import type { FleetSnapshot, Sequenced } from '../../protocol/events.ts';
import { isActive } from '../../protocol/agent.ts';
import { type Fleet, fleet } from '../../protocol/fleet.ts';
import { fromSnapshot } from '../../protocol/fleet-snapshot.ts';
import { pathTo } from '../selectors/tree-rows.ts';
import type { Verb } from '../selectors/agent-actions.ts';
import { type Notice, withOneMore } from './notices.ts';
import type { Route } from './route.ts';
import type { DashboardState, Session } from './state.ts';

type Change = Partial<DashboardState>;

export function withSnapshot(state: DashboardState, snapshot: FleetSnapshot): Change {
  const known = fromSnapshot(snapshot);
  return { fleet: known, fleetKnown: true, collapsed: openedTo({ ...state, fleet: known }, state.route) };
}

/** The same fold as in the coordinator, over many events at once so that the page is drawn once. */
export function withEvents(state: DashboardState, events: readonly Sequenced[]): Change {
  const after = events.reduce(fleet, state.fleet);
  return { fleet: after, ...withoutEnded(state, after, events) };
}

/** What an agent used last is not what it uses once it has ended. */
function withoutEnded({ measured }: DashboardState, after: Fleet, events: readonly Sequenced[]): Change {
  const ended = events.flatMap(({ event }) => {
    if (!('agent_id' in event) || !measured.has(event.agent_id)) return [];
    const agent = after.agents.get(event.agent_id);
    return agent !== undefined && isActive(agent) ? [] : [event.agent_id];
  });
  if (ended.length === 0) return {};
  const left = new Map(measured);
  for (const id of ended) left.delete(id);
  return { measured: left };
}

export function withConnection(_: DashboardState, connection: FollowState): Change {
  if (connection.status === 'live') return { connection, degraded: [] }; // Trouble is told after this.
  // Nobody measures for us now: nothing old may look like the present.
  if (connection.status !== 'refused') return { connection, measured: new Map() };
  return {
    connection,
    measured: new Map(),
    session: { status: 'signed_out', reason: refusedReason(connection.failure) },
  };
}

export const withHealth = (_: DashboardState, degraded: readonly Degradation[]): Change => ({ degraded });

export const withConfig = (_: DashboardState, configRevision: string): Change => ({ configRevision });

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

/** The question is open. */
export const withActionAsked = (_: DashboardState, verb: Verb, ids: readonly string[]): Change => ({
  action: { status: 'confirming', verb, ids },
});

export const withMessageBegun = (_: DashboardState, agentId: string): Change => ({
  action: { status: 'writing', agentId },
});

export const withDeployBegun = (_: DashboardState, parent: string): Change => ({
  action: { status: 'deploying', parent },
});

export const withActionDropped = (_: DashboardState): Change => ({ action: { status: 'none' } });

/** It is on its way to the coordinator. */
export const withActionSent = ({ asked }: DashboardState, verb: Verb, ids: readonly string[]): Change => ({
  action: { status: 'none' },
  asked: new Map([...asked, ...ids.map((id) => [id, verb] as const)]),
});

/** Answered, well or not: from here on the row says what the fleet says. */
export const withActionAnswered = ({ asked }: DashboardState, ids: readonly string[]): Change => ({
  asked: new Map([...asked].filter(([id]) => !ids.includes(id))),
});

export const withMarked = (_: DashboardState, ids: Iterable<string>): Change => ({ marked: new Set(ids) });

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
