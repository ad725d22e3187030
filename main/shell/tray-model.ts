/**
 * The tray as a function of the fleet: what its icon says, its tooltip in words, its menu as data. Pure; `tray.ts` shows it.
 *
 * icon: failed (something failed since the operator last looked) before needs_you (something ended with open problems)
 * before working (a process runs or waits to) before idle.
 */
import { type Agent, isActive, statusOf } from '../../protocol/agent.ts';
import { type Fleet, agentsInOrder, livingAgents } from '../../protocol/fleet.ts';

export type TrayIcon = 'idle' | 'working' | 'needs_you' | 'failed';

export type TrayAction =
  /** null: the dashboard as it is; otherwise at this agent. */
  | { readonly type: 'open'; readonly agentId: string | null }
  | { readonly type: 'stop'; readonly agentId: string }
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
  /** How many agents the icon stands for; 0 when idle. */
  readonly count: number;
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
}

/** Rows of a submenu: more does not fit a small screen, and the dashboard has them all. */
const MOST_LISTED = 10;
/** Characters of an agent in the menu, so that a long name cannot push Stop off the screen. */
const LONGEST_LABEL = 60;

/**
 * `lookedAt`: when the operator last saw the dashboard (ISO 8601), or null while it is before their eyes: then nothing
 * is news.
 */
export function trayModel(fleet: Fleet, lookedAt: string | null): TrayModel {
  const living = livingAgents(fleet);
  const active = living.filter(isActive);
  const news = lookedAt === null ? [] : agentsInOrder(fleet).filter((agent) => endedAfter(agent, lookedAt));
  const failed = news.filter(hasFailed);
  const needsYou = news.filter(needsPerson);
  const counts = {
    running: active.filter(({ life }) => life.status !== 'stopping' && life.status !== 'paused').length,
    paused: active.filter(({ life }) => life.status === 'paused').length,
    stopping: active.filter(({ life }) => life.status === 'stopping').length,
    queued: living.length - active.length,
    'failed since you last looked': failed.length,
    [needsYou.length === 1 ? 'needs you' : 'need you']: needsYou.length,
  };
  const summary = inWords(counts);
  return {
    ...iconOf(failed.length, needsYou.length, living.length),
    tooltip: `Ziggie: ${summary}`,
    menu: [
      { kind: 'text', label: capitalized(summary) },
      { kind: 'action', label: 'Open dashboard', action: { type: 'open', agentId: null } },
      ...listOf('Failed', failed, openable),
      ...listOf('Needs you', needsYou, openable),
      ...listOf('Running', active, stoppable),
      { kind: 'separator' },
      { kind: 'action', label: 'Open logs folder', action: { type: 'open_logs' } },
      { kind: 'separator' },
      { kind: 'action', label: 'Quit…', action: { type: 'quit' } },
    ],
  };
}

function iconOf(failed: number, needsYou: number, living: number): Pick<TrayModel, 'icon' | 'count'> {
  if (failed > 0) return { icon: 'failed', count: failed };
  if (needsYou > 0) return { icon: 'needs_you', count: needsYou };
  return { icon: living > 0 ? 'working' : 'idle', count: living };
}

/** `2 running, 1 queued`: what is not zero, in the order given. */
function inWords(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? [`${count} ${word}`] : []));
  return parts.length === 0 ? 'nothing is running' : parts.join(', ');
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function endedAfter({ life }: Agent, moment: string): boolean {
  return life.status === 'ended' && Date.parse(life.ending.completed_at) > Date.parse(moment);
}

function hasFailed(agent: Agent): boolean {
  const status = statusOf(agent);
  return status === 'failed' || status === 'lost' || status === 'timed_out';
}

/** It ended well enough, but left something that only a person can settle: a bad report, a process that would not stop. */
function needsPerson(agent: Agent): boolean {
  if (agent.life.status !== 'ended' || hasFailed(agent)) return false;
  const { ending } = agent.life;
  return ending.survivors.length > 0 || (ending.status === 'completed' && ending.report_problems.length > 0);
}

/** A submenu with the oldest few of `agents`, or nothing when there are none. */
function listOf(title: string, agents: readonly Agent[], item: (agent: Agent) => TrayItem): TrayItem[] {
  if (agents.length === 0) return [];
  const left = agents.length - MOST_LISTED;
  const more: TrayItem[] =
    left > 0
      ? [{ kind: 'action', label: `${left} more in the dashboard`, action: { type: 'open', agentId: null } }]
      : [];
  return [
    {
      kind: 'submenu',
      label: `${title} (${agents.length})`,
      items: [...agents.slice(0, MOST_LISTED).map(item), ...more],
    },
  ];
}

const openable = (agent: Agent): TrayItem => ({
  kind: 'action',
  label: `${labelOf(agent)}: ${statusOf(agent).replace('_', ' ')}`,
  action: { type: 'open', agentId: agent.facts.agent_id },
});

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

/** `L2.1 sprite scanner`; without a name, its id tells it from its siblings. */
function labelOf({ facts }: Agent): string {
  const label = `${facts.agent_type} ${facts.name ?? facts.agent_id}`;
  return label.length <= LONGEST_LABEL ? label : `${label.slice(0, LONGEST_LABEL - 1)}…`;
}
