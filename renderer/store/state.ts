/** What the dashboard knows: what the coordinator said, and what its user chose. Views are functions of this. */
import type { FollowState } from '../../clients/typescript/follow-state.ts';
import type { Degradation } from '../../protocol/api.ts';
import { emptyFleet, type Fleet } from '../../protocol/fleet.ts';
import type { Notice } from './notices.ts';
import { atRoot, type Route } from './route.ts';

export type Session =
  | { readonly status: 'entering' }
  /** `reason`: why the last try failed; null when there was none. */
  | { readonly status: 'signed_out'; readonly reason: string | null }
  | { readonly status: 'signed_in' };

/** What becomes of the stop button: asked for, confirmed, and what went wrong. */
export type StopRequest =
  | { readonly status: 'none' }
  | { readonly status: 'confirming'; readonly agentId: string }
  | { readonly status: 'sent'; readonly agentId: string }
  | { readonly status: 'failed'; readonly agentId: string; readonly message: string };

export interface MeasuredNow {
  /** Percent of one core, of all processes of the agent. */
  readonly cpuPercent: number;
  /** Million bytes, the same. */
  readonly memoryMb: number;
}

export interface DashboardState {
  readonly session: Session;
  readonly connection: FollowState;
  readonly fleet: Fleet;
  /** False until the first snapshot: an empty fleet is then not yet known to be empty. */
  readonly fleetKnown: boolean;
  /** The one clock of the page, ms since the epoch, a second at a time. */
  readonly now: number;
  readonly route: Route;
  /** Keys of the branches that are folded away. New branches come unfolded. */
  readonly collapsed: ReadonlySet<string>;
  readonly stop: StopRequest;
  /** What of the coordinator's storage is in trouble now. */
  readonly degraded: readonly Degradation[];
  /** What runs use at present, by agent; of what is not in it nothing is measured. */
  readonly measured: ReadonlyMap<string, MeasuredNow>;
  readonly notices: readonly Notice[];
}

export const initialState = (now: number): DashboardState => ({
  session: { status: 'entering' },
  connection: { status: 'connecting' },
  fleet: emptyFleet,
  fleetKnown: false,
  now,
  route: atRoot,
  collapsed: new Set(),
  stop: { status: 'none' },
  degraded: [],
  measured: new Map(),
  notices: [],
});
