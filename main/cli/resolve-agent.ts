/** From what a person types for an agent to the one agent meant. */
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import { failureOf } from '../../protocol/failures.ts';
import { isCoordinatorAgentId } from '../../protocol/names.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import type { CliResult } from './failure.ts';

/** More candidates than this are counted, not listed. */
const listedCandidates = 8;

/** A whole id, or any beginning or end of one that fits a single agent. A number alone is the last part of an id. */
export async function resolveAgent(
  client: Pick<HttpClient, 'get' | 'list'>,
  given: string,
): Promise<CliResult<AgentRecord>> {
  if (isCoordinatorAgentId(given)) return await client.get(given);
  const list = await client.list();
  if (!list.ok) return list;
  return onlyOne(list.value.agents, given) ?? unknown(given);
}

/** The agent that an abbreviation means, the failure where it fits several; null: it fits none. Pure. */
export function onlyOne(agents: readonly AgentRecord[], given: string): CliResult<AgentRecord> | null {
  const matches = matchAgents(agents, given);
  const [only] = matches;
  if (only === undefined) return null;
  return matches.length === 1 ? { ok: true, value: only } : ambiguous(given, matches);
}

/** The agents an abbreviation may mean, the best kind of match only. Pure. */
export function matchAgents(agents: readonly AgentRecord[], given: string): readonly AgentRecord[] {
  const kinds = [
    (id: string) => id === given,
    (id: string) => id.endsWith(`_${given}`),
    (id: string) => id.startsWith(given) || id.endsWith(given),
  ];
  for (const fits of kinds) {
    const found = agents.filter(({ agent_id }) => fits(agent_id));
    if (found.length > 0) return found;
  }
  return [];
}

function unknown(given: string): CliResult<never> {
  const message = `No agent's id is, begins or ends with "${given}". \`ziggie ls --all\` lists them.`;
  return { ok: false, failure: failureOf('UNKNOWN_AGENT', message, { given }) };
}

function ambiguous(given: string, matches: readonly AgentRecord[]): CliResult<never> {
  const ids = matches.map(({ agent_id }) => agent_id);
  const more = ids.length > listedCandidates ? ` and ${ids.length - listedCandidates} more` : '';
  const message = `"${given}" fits ${ids.length} agents: ${ids.slice(0, listedCandidates).join(', ')}${more}. Write more of the id.`;
  return { ok: false, failure: { code: 'AMBIGUOUS_AGENT', message, details: { given, candidates: ids } } };
}
