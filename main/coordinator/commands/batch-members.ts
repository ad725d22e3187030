/** The members of a batch as requests of their own: each with its request_id and the parent it means. */
import { failureOf, ok, type Result } from '../../../protocol/failures.ts';
import { requestIdSchema } from '../../../protocol/names.ts';
import type { BatchRequest, DeployRequest } from '../../../protocol/request.ts';

/** Failures: INVALID_REQUEST with the member's place and field (`agents.2.request_id`). */
export function membersOf(batch: BatchRequest): Result<readonly DeployRequest[]> {
  const members: DeployRequest[] = [];
  const seen = new Set([batch.request_id]);
  for (const [index, { request_id, parent_agent, ...rest }] of batch.agents.entries()) {
    if (rest.token !== null) {
      return wrong(index, 'token', 'a batch has one caller. Put the token beside agents, or into the header');
    }
    const id = requestIdSchema.safeParse(request_id ?? `${batch.request_id}.${index + 1}`);
    if (!id.success) {
      return wrong(index, 'request_id', `none is given, and ${batch.request_id}.${index + 1} is too long for one`);
    }
    if (seen.has(id.data)) return wrong(index, 'request_id', `${id.data} stands twice in this batch`);
    seen.add(id.data);
    members.push({ ...rest, request_id: id.data, parent_agent: parent_agent ?? batch.parent_agent });
  }
  return ok(members);
}

const wrong = (index: number, field: string, what: string): Result<never> => ({
  ok: false,
  failure: failureOf(
    'INVALID_REQUEST',
    `agents.${index}.${field}: ${what}. Correct this and send it with a new request_id.`,
    { index, field },
  ),
});
