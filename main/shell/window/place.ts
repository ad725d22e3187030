/** Places of the dashboard that the shell can open: the part of its address after `#/`. Pure. */
import { type Result, fail, ok } from '../../../protocol/failures.ts';
import { agentIdSchema } from '../../../protocol/names.ts';

/** `agents/agent_20251109_143000_7/log`, `approvals`; null: as the dashboard is. */
export type Place = string | null;

export type AgentTab = 'log' | 'usage' | 'report' | 'children' | 'events';

const tabs: readonly string[] = ['overview', 'log', 'usage', 'report', 'children', 'events'];
const views: readonly string[] = ['balance', 'queue', 'reports', 'approvals', 'history', 'settings'];

/** The agent's page, at its overview where no tab is named. */
export const agentPlace = (agentId: string, tab?: AgentTab): string =>
  `agents/${encodeURIComponent(agentId)}${tab === undefined ? '' : `/${tab}`}`;

/** The address of a place below the coordinator's own. */
export const addressOf = (url: string, place: Place): string => (place === null ? `${url}/` : `${url}/#/${place}`);

/** What was given after `--open`. Nothing but a known place is taken: the text comes from outside. */
export function readPlace(given: string): Result<string> {
  const [first = '', id, tab, ...more] = given.replace(/^#?\/?/, '').split('/');
  const isAgent =
    first === 'agents' && agentIdSchema.safeParse(id).success && (tab === undefined || tabs.includes(tab));
  if (more.length === 0 && (isAgent || (views.includes(first) && id === undefined))) {
    return ok([first, id, tab].filter((part) => part !== undefined).join('/'));
  }
  return fail(
    'INVALID_REQUEST',
    `--open was given as "${given.slice(0, 200)}". Expected agents/<id>, agents/<id>/<tab> (${tabs.join(', ')}), or one of: ${views.join(', ')}.`,
  );
}
