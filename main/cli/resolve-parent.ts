/** From what a person types for a parent to the one meant: an agent, or an outside parent by the name it gave itself. */
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import { failureOf } from '../../protocol/failures.ts';
import { isCoordinatorAgentId } from '../../protocol/names.ts';
import type { CliResult } from './failure.ts';
import { onlyOne } from './resolve-agent.ts';

/** Other letters are in no id of the coordinator's making, so that no agent has to be looked at for most names. */
const mayAbbreviate = (given: string): boolean => /^[agent_0-9]+$/.test(given);

/**
 * The id of an agent for its whole id, or any beginning or end that fits no other; any other name as it is, known or new.
 * Digits alone are an agent or a mistake: as a new name they would start a tree that no budget of that agent binds.
 */
export async function resolveParent(client: Pick<HttpClient, 'list'>, given: string): Promise<CliResult<string>> {
  if (isCoordinatorAgentId(given) || !mayAbbreviate(given)) return { ok: true, value: given };
  const list = await client.list();
  if (!list.ok) return list;
  const agent = onlyOne(list.value.agents, given);
  if (agent === null) return /^\d+$/.test(given) ? unknownNumber(given) : { ok: true, value: given };
  return agent.ok ? { ok: true, value: agent.value.agent_id } : agent;
}

function unknownNumber(given: string): CliResult<never> {
  const message =
    `No agent's id ends with "${given}", and a name of one's own has more than digits in it. ` +
    '`ziggie ls --all` lists the agents, `ziggie tree` also outside parents.';
  return { ok: false, failure: failureOf('UNKNOWN_AGENT', message, { given }) };
}
