/** Sends a failure as a problem document (RFC 9457), whatever it came from. */
import type { FastifyError, FastifyReply } from 'fastify';
import {
  type Failure,
  type FailureCode,
  failureCatalogue,
  failureFromUnknown,
  failureOf,
  failureToProblem,
} from '../../protocol/failures.ts';
import { requestName } from './request-name.ts';

export const problemType = 'application/problem+json; charset=utf-8';

/** Carries a failure through the server's error path to `sendFailure`. */
export class CodedError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Seconds after which asking again makes sense, where a failure does not say so itself. */
const retryAfterSeconds: Partial<Record<FailureCode, number>> = {
  LIMIT_REACHED: 5,
  QUEUE_FULL: 5,
  STORAGE_UNAVAILABLE: 5,
  RUNTIME_NOT_FOUND: 30,
};

/** null: this status has no such header. */
export function retryAfter({ code, details }: Failure): number | null {
  const { httpStatus } = failureCatalogue[code];
  if (httpStatus !== 429 && httpStatus !== 503) return null;
  const given = details?.['retry_after_seconds'];
  return typeof given === 'number' ? given : (retryAfterSeconds[code] ?? 1);
}

/** Names the request as its caller did, also when it is refused before a route sees it. */
export function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  const seconds = retryAfter(failure);
  if (seconds !== null) void reply.header('retry-after', String(seconds));
  return reply
    .code(failureCatalogue[failure.code].httpStatus)
    .type(problemType)
    .send(JSON.stringify(failureToProblem(failure, requestName(reply.request))));
}

/** What the server itself refuses before a route sees it. */
export function failureOfServer(error: FastifyError): Failure {
  if (error instanceof CodedError) return error.failure;
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return failureOf(
        'TOO_LARGE',
        'The body is larger than 1 MiB. Put a long prompt into a file and name it in config.prompt_file.',
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return failureOf(
        'UNSUPPORTED_MEDIA_TYPE',
        'The body must be JSON. Send it with "Content-Type: application/json".',
      );
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return failureOf('BAD_HTTP', `${error.message}. Correct the request.`, { reason: error.code });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return failureOf('NOT_FOUND', 'No id is that long. List the agents to find the right one.', {
        reason: error.code,
      });
    default:
      return error.statusCode !== undefined && error.statusCode < 500
        ? failureOf('INVALID_REQUEST', `${error.message}. Correct the request.`, { reason: error.code })
        : failureFromUnknown(error);
  }
}
