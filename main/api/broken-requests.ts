/** What is no HTTP request at all, and never becomes one: answered with a code as everything else, then cut. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Failure, failureCatalogue, failureOf, failureToProblem } from '../../protocol/failures.ts';
import { securityHeaders } from './headers.ts';
import { problemType } from './problem.ts';

export type ClientError = Error & { readonly code?: string };

/** For `clientErrorHandler` of the server. */
export function answerBroken(error: ClientError, socket: Socket, port: number): void {
  // Reset by its peer, or an answer is on its way already: nothing more can be said.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const { status, headers, body } = written(failureOfBytes(error), port);
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': String(Buffer.byteLength(body)) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n${body}`);
  socket.destroySoon();
}

/** Expectations other than 100-continue, of which nobody makes use. */
export function refuseExpectations(server: Server, port: () => number): void {
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = written(
      failureOf('BAD_HTTP', 'Only "Expect: 100-continue" is understood. Leave the header out.', { reason: 'expect' }),
      port(),
    );
    response
      .writeHead(Number.parseInt(status, 10), {
        ...headers,
        connection: 'close',
        'content-length': String(Buffer.byteLength(body)),
      })
      .end(body);
  });
}

function failureOfBytes({ code }: ClientError): Failure {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return failureOf('HEADERS_TOO_LARGE', 'The headers are larger than 8 KiB. Send fewer or shorter ones.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return failureOf('REQUEST_TIMEOUT', 'The request did not arrive in time. Send it again, without pauses.');
    default:
      return failureOf('BAD_HTTP', 'This is no HTTP request that can be read. Use an HTTP client.', {
        reason: code ?? 'unreadable',
      });
  }
}

function written(failure: Failure, port: number) {
  const { httpStatus } = failureCatalogue[failure.code];
  return {
    status: `${httpStatus} ${failure.code}`,
    headers: { ...securityHeaders(port), 'content-type': problemType },
    body: JSON.stringify(failureToProblem(failure, null)),
  };
}
