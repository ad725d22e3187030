/** How often one token may ask. An agent that runs in circles must not take the coordinator from all others. */
import rateLimit, { type errorResponseBuilderContext, type FastifyRateLimitOptions } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../protocol/config.ts';
import { failureOf } from '../../protocol/failures.ts';
import { CodedError } from './problem.ts';

/** Short bursts are fine; only what goes on for seconds counts. */
const windowSeconds = 10;
/** More than any program of the operator's asks; it ends a loop that asks without a pause. */
const operatorPerSecond = 50_000;

/** Counts after the guard, which knows whose token it is; call before any route is added. */
export async function limitRates(app: FastifyInstance, limits: () => Config['limits']): Promise<void> {
  const options: FastifyRateLimitOptions = {
    ...perSecond(() => limits().agent_requests_per_second),
    timeWindow: windowSeconds * 1000,
    keyGenerator: ({ principal }: FastifyRequest) => (principal?.kind === 'agent' ? principal.agentId : 'operator'),
    // Pages and health are for anybody, and cost nothing.
    allowList: ({ principal }: FastifyRequest) => principal === null,
    addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    errorResponseBuilder: ({ method, url }: FastifyRequest, { max, ttl }: errorResponseBuilderContext) =>
      tooMany(`${method} ${url.split('?')[0] ?? ''}`, max, ttl),
  };
  await app.register(rateLimit, options);
}

function perSecond(agentRate: () => number): { readonly max: (request: FastifyRequest) => number } {
  return {
    max: ({ principal }) => Math.ceil(windowSeconds * (principal?.kind === 'agent' ? agentRate() : operatorPerSecond)),
  };
}

function tooMany(what: string, max: number, ttlMs: number): CodedError {
  const retry_after_seconds = Math.max(1, Math.ceil(ttlMs / 1000));
  return new CodedError(
    failureOf(
      'RATE_LIMITED',
      `More than ${max} requests in ${windowSeconds} s with this token (${what}). Wait ${retry_after_seconds} s, then ask again; POST /api/coordinator/wait and inbox wake you without asking again and again.`,
      { max, window_seconds: windowSeconds, retry_after_seconds },
    ),
  );
}
