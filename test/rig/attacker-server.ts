/** Two servers of the other side: one whose pages attack, and one without any guard, at which the same attacks must win. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export interface RigServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * `/` is an empty page, `/sandboxed` one without an origin of its own, `/redirect?status=&to=` leads elsewhere, `/reports?to=`
 * breaks its own policy and has that reported.
 */
export const startAttacker = (): Promise<RigServer> => listening(createServer(attack));

function attack(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://attacker.test');
  const to = searchParams.get('to') ?? '';
  request.resume();
  switch (pathname) {
    case '/redirect':
      response
        .writeHead(Number(searchParams.get('status')), { location: to, 'access-control-allow-origin': '*' })
        .end();
      return;
    case '/attack-worker.js':
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(worker);
      return;
    case '/reports':
      page(response, '<img src="/nothing.png">', { 'content-security-policy': `img-src 'none'; report-uri ${to}` });
      return;
    case '/sandboxed':
      page(response, '', { 'content-security-policy': 'sandbox allow-scripts allow-forms allow-popups' });
      return;
    default:
      page(response, '');
  }
}

/** Fetches as a service worker may, and tells what it could read. */
const worker = `self.onmessage = async ({ data, source }) => {
  const gains = [];
  for (const mode of ['cors', 'no-cors']) {
    const answer = await fetch(data.url, { mode }).catch(() => null);
    const text = await answer?.text();
    if (text) gains.push(answer.status + ' ' + text);
  }
  if (gains.length > 0) source.postMessage(gains);
};`;

function page(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  const html = `<!doctype html><meta charset="utf-8"><title>page</title><body>${body}`;
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);
}

export interface OpenServer extends RigServer {
  /** Which attacks reached it with a request that would change something: the `by` of its address. */
  readonly changedBy: Set<string>;
}

/** Answers everybody in the form that was asked for, and lets every page read it. */
export async function startOpenServer(): Promise<OpenServer> {
  const changedBy = new Set<string>();
  const server = createServer((request, response) => {
    const by = new URL(request.url ?? '/', 'http://open.test').searchParams.get('by');
    if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method ?? '')) changedBy.add(by ?? '');
    request.resume();
    const { origin = '*', 'access-control-request-headers': asked = '*' } = request.headers;
    const { type, body } = formFor(request.headers.accept ?? '', by ?? '');
    response.writeHead(200, {
      'content-type': type,
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': asked,
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-private-network': 'true',
      'timing-allow-origin': '*',
    });
    if (type === 'text/event-stream') response.write(body);
    else response.end(body);
  });
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  });
  sockets.on('connection', (socket) => socket.send('opened'));
  const open = await listening(server);
  return {
    ...open,
    changedBy,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await open.close();
    },
  };
}

const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** By the name of the attack: on an address that is not trusted a browser does not say what it needs an answer for. */
function formFor(accept: string, by: string): { readonly type: string; readonly body: string | Buffer } {
  if (accept.startsWith('text/event-stream')) return { type: 'text/event-stream', body: 'data: opened\n\n' };
  if (by.startsWith('image')) return { type: 'image/gif', body: pixel };
  if (by.startsWith('link stylesheet')) return { type: 'text/css', body: 'body { --opened: 1 }' };
  if (/script|module|worker/.test(by)) return { type: 'text/javascript', body: 'globalThis.opened = true' };
  if (accept.includes('text/html'))
    return { type: 'text/html', body: '<!doctype html><title>page</title><body>opened' };
  return { type: 'application/json', body: '{"opened":true}' };
}

async function listening(server: Server): Promise<RigServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
