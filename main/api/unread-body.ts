/**
 * Lets a client finish sending a body that was refused before it was read. Closed under its hands, the connection is
 * reset, and the client sees a broken pipe instead of the answer that says what was wrong.
 */
import type { IncomingMessage } from 'node:http';

const mostBytes = 16 * 1024 * 1024;
const mostMs = 2000;

/** Calls back when the body was read to its end and thrown away, or when it is too long or too slow to wait for. */
export function passOverBody(request: IncomingMessage, done: () => void): void {
  if (request.complete || request.destroyed) {
    done();
    return;
  }
  let bytes = 0;
  const finish = (): void => {
    clearTimeout(timer);
    for (const event of ['end', 'error', 'close']) request.off(event, finish);
    request.off('data', count);
    request.resume();
    done();
  };
  const count = (part: Buffer): void => {
    bytes += part.length;
    if (bytes > mostBytes) finish();
  };
  const timer = setTimeout(finish, mostMs);
  for (const event of ['end', 'error', 'close']) request.on(event, finish);
  request.on('data', count);
}
