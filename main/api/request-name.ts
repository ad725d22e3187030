/** The name that a caller gave a request: `request_id` of the body, else the header `Idempotency-Key`. */
import type { FastifyRequest } from 'fastify';
import { requestIdOf } from '../../protocol/parse-request.ts';

/** As it was given, valid or not; null where the header is not there. */
export function idempotencyKey({ headers }: FastifyRequest): string | null {
  const key = headers['idempotency-key'];
  return typeof key === 'string' ? key : null;
}

/** What an answer may repeat; null where no name, or none that is valid, was given. The body's name counts even when it is wrong. */
export function requestName(request: FastifyRequest): string | null {
  const { body } = request;
  const isNamed = typeof body === 'object' && body !== null && Object.hasOwn(body, 'request_id');
  return requestIdOf(isNamed ? body : { request_id: idempotencyKey(request) });
}
