/**
 * The part of the address after `#`: which view, what in it, and how the view is set.
 *
 *   #/                          the tree, nothing selected
 *   #/agents/<id>               overview beside the tree        ?full: as a full page
 *   #/agents/<id>/<tab>         another tab of the pane         ?full: as a full page
 *   #/<view>                    another view                    ?<query>: what the view keeps: filters, sorting, a search
 *   #/<view>/<item>             one thing in it: a group, a report
 */
export interface Route {
  readonly view: View;
  /** An agent or an outside parent; null is the root of the tree. Only the fleet has one. */
  readonly agentId: string | null;
  readonly tab: AgentTab;
  /** The pane covers the tree. */
  readonly full: boolean;
  /** What is open in another view than the fleet; null: nothing. */
  readonly item: string | null;
  /** What the view keeps in the address, as in a query string and without its `?`; '' for nothing. */
  readonly query: string;
}

export const viewNames = ['fleet', 'balance', 'queue', 'reports', 'approvals', 'history', 'settings'] as const;
export type View = (typeof viewNames)[number];

export const agentTabs = ['overview', 'log', 'usage', 'report', 'children', 'events'] as const;
export type AgentTab = (typeof agentTabs)[number];

export const atRoot: Route = { view: 'fleet', agentId: null, tab: 'overview', full: false, item: null, query: '' };

/** Total: an address that means nothing is the root. */
export function parseRoute(hash: string): Route {
  const [path = '', ...rest] = hash.split('?');
  const given = rest.join('?');
  const [start, first = '', second, third, ...more] = path.split('/');
  if (start !== '#' || more.length > 0) return atRoot;
  if (first === '') return second === undefined ? { ...atRoot, query: given } : atRoot;
  const name = second === undefined ? null : decoded(second);
  if (first === 'agents') return agentRoute(name, third, given);
  if (!isView(first) || first === 'fleet' || third !== undefined || (second !== undefined && name === null))
    return atRoot;
  return { ...atRoot, view: first, item: name, query: given };
}

function agentRoute(agentId: string | null, tab: string | undefined, given: string): Route {
  if (agentId === null || (tab !== undefined && !isTab(tab))) return atRoot;
  const parts = given.split('&').filter((part) => part !== '');
  return {
    ...atRoot,
    agentId,
    tab: tab ?? 'overview',
    full: parts.includes('full'),
    query: parts.filter((part) => part !== 'full').join('&'),
  };
}

export function routeHash({ view, agentId, tab, full, item, query }: Route): string {
  const asked = [full && agentId !== null ? 'full' : '', query].filter((part) => part !== '').join('&');
  return `#/${pathOf({ view, agentId, tab, item })}${asked === '' ? '' : `?${asked}`}`;
}

function pathOf({ view, agentId, tab, item }: Pick<Route, 'view' | 'agentId' | 'tab' | 'item'>): string {
  if (view !== 'fleet') return item === null ? view : `${view}/${encodeURIComponent(item)}`;
  if (agentId === null) return '';
  return `agents/${encodeURIComponent(agentId)}${tab === 'overview' ? '' : `/${tab}`}`;
}

const isView = (text: string): text is View => (viewNames as readonly string[]).includes(text);
const isTab = (text: string): text is AgentTab => (agentTabs as readonly string[]).includes(text);

function decoded(name: string): string | null {
  try {
    return name === '' ? null : decodeURIComponent(name);
  } catch {
    return null; // Malformed percent signs: an address nobody made here.
  }
}
