/** list: the agents a caller may see, filtered, page by page. */
import { type Agent, statusOf } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { agentsInOrder, type Fleet } from '../../../protocol/fleet.ts';
import type { AgentList, ListRequest } from '../../../protocol/queries.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { Principal } from '../facade.ts';
import { mayReach } from './rights.ts';

/** A page begins behind the ordinal that the cursor names, so it neither skips nor repeats what is accepted or forgotten meanwhile. */
export function list(fleet: Fleet, request: ListRequest, by: Principal, record: RecordOf): Result<AgentList> {
  const behind = request.cursor === null ? 0 : ordinalOf(request.cursor);
  if (behind === null) {
    return fail('INVALID_REQUEST', `cursor is not one of ours. Use next_cursor of the answer before, unchanged.`, {
      cursor: request.cursor,
    });
  }
  const matching = agentsInOrder(fleet).filter((agent) => matches(agent, request) && mayReach(fleet, by, idOf(agent)));
  const rest = matching.filter(({ facts }) => facts.ordinal > behind);
  const page = request.limit === null ? rest : rest.slice(0, request.limit);
  const last = page.at(-1);
  return ok({
    total: matching.length,
    agents: page.map(record),
    next_cursor: last === undefined || page.length === rest.length ? null : cursorAt(last.facts.ordinal),
  });
}

const idOf = ({ facts }: Agent): string => facts.agent_id;

const matches = (agent: Agent, { parent_agent, status, level }: ListRequest): boolean =>
  (parent_agent === null || agent.facts.parent_agent === parent_agent) &&
  (status === null || statusOf(agent) === status) &&
  (level === null || agent.facts.level === level);

const cursorAt = (ordinal: number): string => Buffer.from(`after:${ordinal}`).toString('base64url');

function ordinalOf(cursor: string): number | null {
  const ordinal = /^after:(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  return ordinal === undefined ? null : Number(ordinal);
}
