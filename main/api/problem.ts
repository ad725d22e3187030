/** Sends a failure as a problem document (RFC 9457), whatever it came from. */
import type { FastifyError, FastifyReply } from 'fastify';
import {
  type Failure,
  failureCatalogue,
  failureFromUnknown,
  failureOf,
  failureToProblem,
} from '../../protocol/failures.ts';

export function sendFailure(reply: FastifyReply, failure: Failure, requestId: string | null = null): FastifyReply {
  if (failure.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  return reply
    .code(failureCatalogue[failure.code].httpStatus)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(failureToProblem(failure, requestId)));
}

/** What the server itself refuses before a route sees it. */
export function failureOfServer(error: FastifyError): Failure {
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
    default:
      return error.statusCode !== undefined && error.statusCode < 500
        ? failureOf('INVALID_REQUEST', `${error.message}. Correct the request.`, { reason: error.code })
        : failureFromUnknown(error);
  }
}
