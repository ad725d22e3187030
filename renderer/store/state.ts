/** What the dashboard knows: what the coordinator said, and what its user chose. Views are functions of this. */
import type { FollowState } from '../../clients/typescript/follow-state.ts';
import type { Degradation } from '../../protocol/api.ts';
import { emptyFleet, type Fleet } from '../../protocol/fleet.ts';
import type { Verb } from '../selectors/agent-actions.ts';
import type { ActionRequest } from './agent-action.ts';
import type { Notice } from './notices.ts';
import { atRoot, type Route } from './route.ts';

export type Session =
  | { readonly status: 'entering' }
  /** `reason`: why the last try failed; null when there was none. */
  | { readonly status: 'signed_out'; readonly reason: string | null }
  | { readonly status: 'signed_in' };

export interface MeasuredNow {
  /** Percent of one core, of all processes of the agent. */
  readonly cpuPercent: number;
  /** MB of 1,048,576 bytes, the same. */
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
  /** What is being asked of the person before it is asked of the coordinator. */
  readonly action: ActionRequest;
  /** What was asked for agents and not answered yet. Their rows say so at once, and are as before where it is refused. */
  readonly asked: ReadonlyMap<string, Verb>;
  /** Agents that were chosen together, beside the selected one. */
  readonly marked: ReadonlySet<string>;
  /** What of the coordinator's storage is in trouble now. */
  readonly degraded: readonly Degradation[];
  /** The revision of config.json that was told last; null: none was told. Asked for by whoever shows settings. */
  readonly configRevision: string | null;
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
  action: { status: 'none' },
  asked: new Map(),
  marked: new Set(),
  degraded: [],
  configRevision: null,
  measured: new Map(),
  notices: [],
});
