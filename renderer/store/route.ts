/**
 * The part of the address after `#`: which agent, which tab, beside the tree or as a full page.
 *
 *   #/                       the tree, nothing selected
 *   #/agents/<id>            overview beside the tree        ?full: as a full page
 *   #/agents/<id>/log        log beside the tree             ?full: as a full page
 */
export interface Route {
  /** An agent or an outside parent; null is the root of the tree. */
  readonly agentId: string | null;
  readonly tab: AgentTab;
  /** The pane covers the tree. */
  readonly full: boolean;
}

export type AgentTab = 'overview' | 'log';

export const atRoot: Route = { agentId: null, tab: 'overview', full: false };

/** Total: an address that means nothing is the root. */
export function parseRoute(hash: string): Route {
  const match = /^#\/agents\/([^/?]+)(\/log)?(\?full)?$/.exec(hash);
  if (match === null) return atRoot;
  const [, name = '', log, full] = match;
  const agentId = decoded(name);
  if (agentId === null) return atRoot;
  return { agentId, tab: log === undefined ? 'overview' : 'log', full: full !== undefined };
}

export function routeHash({ agentId, tab, full }: Route): string {
  if (agentId === null) return '#/';
  return `#/agents/${encodeURIComponent(agentId)}${tab === 'log' ? '/log' : ''}${full ? '?full' : ''}`;
}

function decoded(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null; // Malformed percent signs: an address nobody made here.
  }
}
