/** From an HTTP request to an action and back: every route that carries one out is a call of this. */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Action, type AnswerOf, waitingActions } from '../../protocol/actions.ts';
import { fail, ok, type Result } from '../../protocol/failures.ts';
import { parseRequest } from '../../protocol/parse-request.ts';
import type { Call, Coordinator, Performed, Principal } from '../coordinator/facade.ts';
import { tokenIsOver } from './guard.ts';
import { sendFailure } from './problem.ts';
import { idempotencyKey, requestName } from './request-name.ts';

/** The guard has let the request through with a principal, or the address would be open. */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a route that needs a principal is marked open');
  return request.principal;
}

export const agentIdOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** No body at all is an empty object; null is a body, and a wrong one. */
export const bodyOf = ({ body }: FastifyRequest): unknown => (body === undefined ? {} : body);

/** `fields` are what the address says; they win over the body, which may leave them out but not contradict them. */
export async function perform<A extends Action>(
  coordinator: Coordinator,
  request: FastifyRequest,
  reply: FastifyReply,
  action: A,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<Result<Performed<AnswerOf<A>>>> {
  const body = bodyFor(request, action, fields);
  if (!body.ok) return body;
  const parsed = parseRequest(body.value);
  if (!parsed.ok) return parsed;
  const by = callerOf(request);
  const gone = goneWith(reply);
  const tokenEnded = { is: false };
  const unwatch = coordinator.onTokenEnd(by, () => {
    tokenEnded.is = true;
    gone.abort();
  });
  const isIdMade = requestName(request) === null;
  const call: Call = { door: 'http', wait: 'admission', signal: gone.signal, isIdMade };
  const performed = await coordinator.perform(parsed.value, by, call).finally(unwatch);
  // Who only waited learns nothing more; what was done for somebody is told all the same.
  if (tokenEnded.is && waitingActions.includes(action)) return tokenIsOver();
  return performed as Result<Performed<AnswerOf<A>>>;
}

/** Aborted when the caller goes before the answer. */
export function goneWith(reply: FastifyReply): AbortController {
  const gone = new AbortController();
  // Not when it was answered: an abort makes an error with a stack, and nobody would see it.
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone;
}

function bodyFor(
  request: FastifyRequest,
  action: Action,
  fields: Readonly<Record<string, unknown>>,
): Result<Record<string, unknown>> {
  const given: unknown = bodyOf(request);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return fail('INVALID_REQUEST', 'The body must be a JSON object.', { reason: 'not_an_object' });
  }
  const body: Record<string, unknown> = {
    // Without a name of the caller's own, two calls are two requests.
    request_id: idempotencyKey(request) ?? `http_${randomUUID()}`,
    ...given,
  };
  for (const [name, value] of Object.entries({ ...fields, action })) {
    if (Object.hasOwn(body, name) && body[name] !== value) {
      return fail(
        name === 'action' ? 'UNKNOWN_ACTION' : 'INVALID_REQUEST',
        `This address says ${name} is ${String(value)}, the body says ${JSON.stringify(body[name])}. Leave it out of the body or use the other address.`,
        { field: name },
      );
    }
    body[name] = value;
  }
  return ok(body);
}

/** For actions whose answer needs no status of its own. */
export async function answer(
  coordinator: Coordinator,
  request: FastifyRequest,
  reply: FastifyReply,
  action: Action,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<FastifyReply> {
  const performed = await perform(coordinator, request, reply, action, fields);
  if (!performed.ok) return sendFailure(reply, performed.failure);
  if (performed.value.replayed) void reply.header('idempotent-replay', 'true');
  return reply.send(performed.value.answer);
}
