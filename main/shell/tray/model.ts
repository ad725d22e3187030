/**
 * The tray as a function of the fleet: what its icon says, its tooltip in words, its menu as data. Pure; `tray.ts` shows it.
 *
 * icon: failed (something failed since the operator last looked) before needs_you (an approval waits, or something ended
 * with open problems) before working (a process runs or waits to) before idle.
 */
import { type Agent, isActive } from '../../../protocol/agent.ts';
import type { Approval } from '../../../protocol/approvals.ts';
import { type Fleet, agentsInOrder, livingAgents } from '../../../protocol/fleet.ts';
import { labelOf, shortened } from '../agent-words.ts';
import { endWords, endedAt, hasFailed, inputWords, leftSomething, openApprovals } from '../needs.ts';
import { costToday } from './cost-words.ts';
import { type Place, agentPlace } from '../window/place.ts';

export type TrayIcon = 'idle' | 'working' | 'needs_you' | 'failed';

export type TrayAction =
  | { readonly type: 'open'; readonly place: Place }
  | { readonly type: 'stop'; readonly agentId: string }
  | { readonly type: 'decide'; readonly approvalId: string; readonly decision: 'allow' | 'deny' }
  | { readonly type: 'pause_intake'; readonly paused: boolean }
  | { readonly type: 'open_logs' }
  | { readonly type: 'start_at_login'; readonly on: boolean }
  | { readonly type: 'restart_to_update' }
  | { readonly type: 'quit' };

export type TrayItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly action: TrayAction }
  | {
      readonly kind: 'check';
      readonly label: string;
      readonly checked: boolean;
      readonly enabled: boolean;
      readonly action: TrayAction;
    }
  | { readonly kind: 'submenu'; readonly label: string; readonly items: readonly TrayItem[] };

export interface TrayModel {
  readonly icon: TrayIcon;
  /** How many agents and approvals the icon stands for; 0 when idle. */
  readonly count: number;
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
}

/** What the tray shows beside the fleet. */
export interface TrayContext {
  /** Ids of agents that run, busiest first; those that are missing come after, oldest first. */
  readonly busiest: readonly string[];
  /** As it is in force. */
  readonly intakePaused: boolean;
  /** ms since the epoch. */
  readonly now: number;
}

/** Rows of a submenu: more does not fit a small screen, and the dashboard has them all. */
const mostListed = 10;
/** Characters of what a tool is called with. */
const longestInput = 80;
/** Windows shows no more of a tooltip. */
const longestTooltip = 127;

/**
 * `lookedAt`: when the operator last saw the dashboard (ISO 8601), or null while it is before their eyes: then no end is
 * news. An approval waits until it is decided, seen or not.
 */
export function trayModel(fleet: Fleet, lookedAt: string | null, context: TrayContext): TrayModel {
  const living = livingAgents(fleet);
  const active = living.filter(isActive);
  const news = newsSince(fleet, lookedAt);
  const approvals = openApprovals(fleet);
  const needing = approvals.length + news.left.length;
  const counts = {
    running: active.filter(({ life }) => life.status !== 'stopping' && life.status !== 'paused').length,
    paused: active.filter(({ life }) => life.status === 'paused').length,
    stopping: active.filter(({ life }) => life.status === 'stopping').length,
    queued: living.length - active.length,
    'failed since you last looked': news.failed.length,
    [needing === 1 ? 'needs you' : 'need you']: needing,
  };
  const summary = [inWords(counts), ...(context.intakePaused ? ['intake paused'] : [])].join(', ');
  const cost = costToday(fleet.day, context.now);
  return {
    ...iconOf(news.failed.length, needing, living.length),
    tooltip: shortened(`Ziggie: ${[summary, ...(cost === null ? [] : [`${cost} today`])].join(', ')}`, longestTooltip),
    menu: [
      { kind: 'text', label: capitalized(summary) },
      { kind: 'action', label: 'Open dashboard', action: { type: 'open', place: null } },
      ...listOf('Needs you', [
        ...approvals.flatMap((approval) => decidable(fleet, approval)),
        ...news.left.map((agent) => openable(agent)),
      ]),
      ...listOf('Failed', news.failed.map(openable)),
      ...listOf('Running', inOrder(active, context.busiest).map(stoppable)),
      { kind: 'separator' },
      {
        kind: 'check',
        label: 'Pause intake',
        checked: context.intakePaused,
        enabled: true,
        action: { type: 'pause_intake', paused: !context.intakePaused },
      },
      { kind: 'action', label: 'Open logs folder', action: { type: 'open_logs' } },
      { kind: 'separator' },
      { kind: 'action', label: 'Quit…', action: { type: 'quit' } },
    ],
  };
}

/** Ends that the operator has not seen, oldest agent first. */
export function newsSince(
  fleet: Fleet,
  lookedAt: string | null,
): { readonly failed: readonly Agent[]; readonly left: readonly Agent[] } {
  if (lookedAt === null) return { failed: [], left: [] };
  const moment = Date.parse(lookedAt);
  // Reading times is what takes long, and most of many agents have ended well.
  const isNews = (agent: Agent): boolean => Date.parse(endedAt(agent) ?? '') > moment;
  const agents = agentsInOrder(fleet);
  return {
    failed: agents.filter((agent) => hasFailed(agent) && isNews(agent)),
    left: agents.filter((agent) => leftSomething(agent) && isNews(agent)),
  };
}

function iconOf(failed: number, needing: number, living: number): Pick<TrayModel, 'icon' | 'count'> {
  if (failed > 0) return { icon: 'failed', count: failed };
  if (needing > 0) return { icon: 'needs_you', count: needing };
  return { icon: living > 0 ? 'working' : 'idle', count: living };
}

/** `2 running, 1 queued`: what is not zero, in the order given. */
function inWords(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  return parts.length === 0 ? 'nothing is running' : parts.join(', ');
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function inOrder(agents: readonly Agent[], order: readonly string[]): Agent[] {
  const place = new Map(order.map((id, index) => [id, index]));
  const of = ({ facts }: Agent): number => place.get(facts.agent_id) ?? order.length;
  return [...agents].sort((a, b) => of(a) - of(b));
}

/** A submenu with the first few of `items`, or nothing when there are none. */
function listOf(title: string, items: readonly TrayItem[]): TrayItem[] {
  if (items.length === 0) return [];
  const left = items.length - mostListed;
  const more: TrayItem[] =
    left > 0 ? [{ kind: 'action', label: `${left} more in the dashboard`, action: { type: 'open', place: null } }] : [];
  return [{ kind: 'submenu', label: `${title} (${items.length})`, items: [...items.slice(0, mostListed), ...more] }];
}

const openable = (agent: Agent): TrayItem => ({
  kind: 'action',
  label: `${labelOf(agent)}: ${endWords(agent)}`,
  action: { type: 'open', place: agentPlace(agent.facts.agent_id) },
});

/** What is asked stands above the two answers, so that nobody decides on a name alone. */
function decidable(fleet: Fleet, approval: Approval): TrayItem[] {
  const agent = fleet.agents.get(approval.agent_id);
  if (agent === undefined) return [];
  const { approval_id: approvalId, tool } = approval;
  return [
    {
      kind: 'submenu',
      label: `${labelOf(agent)}: approve ${shortened(tool, longestInput)}?`,
      items: [
        { kind: 'text', label: shortened(inputWords(approval), longestInput) },
        { kind: 'action', label: 'Approve', action: { type: 'decide', approvalId, decision: 'allow' } },
        { kind: 'action', label: 'Deny', action: { type: 'decide', approvalId, decision: 'deny' } },
        { kind: 'action', label: 'Open', action: { type: 'open', place: agentPlace(approval.agent_id) } },
      ],
    },
  ];
}

/** Stop lies one level down, so that a slip of the mouse on a name ends nothing. */
function stoppable(agent: Agent): TrayItem {
  if (agent.life.status === 'stopping') return { kind: 'text', label: `${labelOf(agent)}: stopping` };
  const label = agent.children.length > 0 ? 'Stop, with all below it' : 'Stop';
  return {
    kind: 'submenu',
    label: agent.life.status === 'paused' ? `${labelOf(agent)}: paused` : labelOf(agent),
    items: [{ kind: 'action', label, action: { type: 'stop', agentId: agent.facts.agent_id } }],
  };
}
