/** HTTP over a bare socket, byte by byte where a client library would be too polite. */
import { once } from 'node:events';
import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Status line and headers as they came. */
  readonly head: string;
  readonly body: string;
}

/** Sends these bytes and reads until the server closes. */
export async function raw(port: number, bytes: string | Buffer): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
  socket.on('error', () => undefined); // Cut off: what was answered before counts.
  socket.write(bytes);
  await once(socket, 'close');
  return parsed(answer);
}

export function parsed(answer: string): RawAnswer {
  const split = answer.indexOf('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1]),
    head: split === -1 ? answer : answer.slice(0, split),
    body: split === -1 ? '' : answer.slice(split + 4),
  };
}

/** A request as text; `Connection: close` unless said otherwise. */
export function request(line: string, headers: Readonly<Record<string, string>>, body = ''): string {
  const length = Buffer.byteLength(body);
  const all = { Connection: 'close', ...(body === '' ? {} : { 'Content-Length': String(length) }), ...headers };
  return `${line} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`;
}

/** The code of a problem document; null: the body is none. */
export function codeOf({ body }: RawAnswer): string | null {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === 'string' ? code : null;
  } catch {
    return null;
  }
}
