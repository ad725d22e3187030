/**
 * The coordinator's side of the wire without a coordinator: real HTTP and WebSocket on loopback, every answer scripted
 * by the test. For what a real coordinator gives only by accident: broken connections, gaps, wrong shapes.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Failure, failureToProblem } from '../../protocol/failures.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}
export type Route = (seen: Seen, response: ServerResponse) => void;

export interface ContractServer {
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly seen: readonly Seen[];
  /** Every address a WebSocket was opened with, oldest first. */
  readonly sockets: readonly URL[];
  close(): Promise<void>;
}

export interface Script {
  /** Keyed by `METHOD /path`. A list answers one request each; its last entry goes on answering. */
  readonly routes?: Readonly<Record<string, Route | readonly Route[]>>;
  /** Called with each WebSocket, counted from 0. */
  readonly onSocket?: (socket: WebSocket, index: number, address: URL) => void;
  readonly port?: number;
}

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Route =>
  (_seen, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

export const problem =
  (failure: Failure): Route =>
  (_seen, response) => {
    const body = failureToProblem(failure, null);
    response.writeHead(body.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
  };

/** Cuts the connection after the request was received, without an answer. */
export const cut: Route = (_seen, response) => {
  response.socket?.resetAndDestroy();
};

export async function startContractServer({ routes = {}, onSocket, port = 0 }: Script = {}): Promise<ContractServer> {
  const seen: Seen[] = [];
  const sockets: URL[] = [];
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const { method = 'GET', headers } = request;
      const entry = { method, path: pathname, query: searchParams, headers, body };
      seen.push(entry);
      const key = `${method} ${pathname}`;
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      routeFor(routes[key], count)(entry, response);
    });
  });
  const webSockets = new WebSocketServer({ server, path: '/ws/coordinator' });
  webSockets.on('connection', (socket, request) => {
    const address = new URL(request.url ?? '/', 'http://localhost');
    sockets.push(address);
    onSocket?.(socket, sockets.length - 1, address);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    seen,
    sockets,
    close: async () => {
      for (const socket of webSockets.clients) socket.terminate();
      webSockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function routeFor(scripted: Route | readonly Route[] | undefined, count: number): Route {
  const route = typeof scripted === 'function' ? scripted : scripted?.[Math.min(count, scripted.length - 1)];
  return route ?? problem({ code: 'NOT_FOUND', message: 'The test scripted nothing here.' });
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? undefined : JSON.parse(text);
}
