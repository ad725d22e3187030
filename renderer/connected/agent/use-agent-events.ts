/** All that the journal still has of one agent. */
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { useDashboard } from '../dashboard-context.ts';
import { type AskedModel, useAsked } from '../use-asked.ts';

const pageSize = 1000;

export interface AgentEvents {
  /** Oldest first. */
  readonly events: readonly Sequenced[];
  /** What lies before the oldest is kept no longer. */
  readonly isCut: boolean;
}

/** Read anew when `version` is another one. */
export function useAgentEvents(agentId: string, version: string): AskedModel<AgentEvents> {
  const { client } = useDashboard();
  return useAsked(agentId, version, () => allEvents(client.api, agentId));
}

async function allEvents(api: HttpClient, agentId: string): Promise<ClientResult<AgentEvents>> {
  const events: Sequenced[] = [];
  let isCut = false;
  for (let since = 0; ;) {
    const page = await api.events(since, { agentId, limit: pageSize });
    if (!page.ok) return page;
    events.push(...page.value.events);
    isCut ||= page.value.is_gap;
    if (page.value.is_complete) return { ok: true, value: { events, isCut } };
    since = page.value.next_since;
  }
}

const versions = new WeakMap<object, string>();
let lastVersion = 0;

/** Another text for each other object: what never changes, and is replaced. */
export function versionOf(state: object): string {
  const known = versions.get(state);
  if (known !== undefined) return known;
  lastVersion += 1;
  const version = String(lastVersion);
  versions.set(state, version);
  return version;
}
