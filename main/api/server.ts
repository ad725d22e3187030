/** The HTTP door: a client of the coordinator's facade like any other. Listens on 127.0.0.1 only. */
import websocket from '@fastify/websocket';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { fail, failureOf, ok, type Result } from '../../protocol/failures.ts';
import type { Clock } from '../coordinator/clock.ts';
import type { Coordinator } from '../coordinator/facade.ts';
import { Connections } from './connections.ts';
import { readDashboard } from './dashboard-files.ts';
import { checkRequest } from './guard.ts';
import { securityHeaders } from './headers.ts';
import { acceptOnlyJson, BodyError } from './json-body.ts';
import { OneTimeSecrets } from './one-time.ts';
import { failureOfServer, sendFailure } from './problem.ts';
import { agentRoutes } from './routes/agents.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { healthRoutes } from './routes/health.ts';
import { logRoutes } from './routes/log.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { sessionRoutes } from './routes/session.ts';
import type { SocketLimits } from './sockets/connection.ts';
import { socketRoutes } from './sockets/routes.ts';
import { passOverBody } from './unread-body.ts';

const codeLifetimeMs = 60_000;
const ticketLifetimeMs = 30_000;
/**
 * A client that is gone, or that only rests, holds its connection no longer than this. Clients are told, and a local one
 * loses nothing by connecting anew.
 */
const idleMs = 5000;
/** Of a request: its head, and all of it; a connection that says nothing at all has as long as a head. */
const headMs = 10_000;
const requestMs = 15_000;
/** How often Node looks whether these times are over; its own 30 s would make them three times as long. */
const lookEveryMs = 1000;
/** When the wished port is taken, so many after it are tried before any free one is taken. */
const neighbouringPorts = 20;

export interface ServerOptions {
  readonly coordinator: Coordinator;
  readonly operatorToken: string;
  readonly dashboardFolder: string;
  /** Of the program, for those who ask what they talk to. */
  readonly version: string;
  /** For codes and tickets; absent: the system's. */
  readonly clock?: Pick<Clock, 'monotonic'>;
  /** Absent: the usual ones. */
  readonly socketLimits?: SocketLimits;
}

export interface ApiServer {
  readonly port: number;
  /** A fresh code for the address of the dashboard: 60 s, one use. */
  issueCode(): string;
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions, wishedPort: number): Promise<Result<ApiServer>> {
  const codes = new OneTimeSecrets(codeLifetimeMs, options.clock);
  let port = 0;
  let isStopping = false;
  const { app, endSockets, connections } = await buildApp(
    options,
    codes,
    () => port,
    () => isStopping,
  );
  const listening = await listen(app, wishedPort);
  if (!listening.ok) return listening;
  port = listening.value;
  return ok({
    port,
    issueCode: () => codes.issue({ kind: 'operator' }),
    close: async () => {
      isStopping = true;
      endSockets(); // While what they say last can still go out.
      const closed = app.close();
      // A refused upgrade leaves a connection that the server no longer counts as its own and would wait for.
      connections.closeAll();
      await closed;
    },
  });
}

async function buildApp(
  { coordinator, operatorToken, dashboardFolder, version, clock, socketLimits }: ServerOptions,
  codes: OneTimeSecrets,
  port: () => number,
  isStopping: () => boolean,
): Promise<{ readonly app: FastifyInstance; readonly endSockets: () => void; readonly connections: Connections }> {
  const tickets = new OneTimeSecrets(ticketLifetimeMs, clock);
  const app = fastify({
    bodyLimit: 1024 * 1024,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    forceCloseConnections: true,
    http: { maxHeaderSize: 8192, headersTimeout: headMs, connectionsCheckingInterval: lookEveryMs },
  });
  const connections = new Connections(app.server);
  app.decorateRequest('principal', null);
  let headers: ReturnType<typeof securityHeaders> | null = null; // The port is known once it listens.
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers((headers ??= securityHeaders(port())));
    const isSurplus = connections.isSurplus(request.raw.socket);
    const checked = isSurplus ? tooMany(connections.most) : checkRequest(request, { coordinator, tickets, port });
    if (!checked.ok) {
      // A refused upgrade must not keep its connection: nothing would ever come over it.
      if (isSurplus || request.headers.upgrade !== undefined) {
        void reply.header('connection', 'close');
        reply.raw.once('finish', () => request.raw.socket.destroySoon());
      }
      sendFailure(reply, checked.failure);
      return;
    }
    request.principal = checked.value;
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode < 400 || request.headers.upgrade !== undefined) done(null, payload);
    else passOverBody(request.raw, () => done(null, payload));
  });
  app.setErrorHandler((error: FastifyError, _request, reply) =>
    sendFailure(reply, error instanceof BodyError ? error.failure : failureOfServer(error)),
  );
  app.setNotFoundHandler((request, reply) =>
    sendFailure(
      reply,
      failureOf(
        'NOT_FOUND',
        `There is nothing at ${request.method} ${request.url.split('?')[0] ?? ''}. See the API's list of addresses.`,
      ),
    ),
  );
  acceptOnlyJson(app);
  await app.register(websocket, {
    options: { maxPayload: 64 * 1024, perMessageDeflate: false, autoPong: false },
    errorHandler: () => undefined, // A connection looks after itself; the close code that ws sends must still arrive.
  });
  healthRoutes(app, isStopping, () => coordinator.degraded());
  sessionRoutes(app, { codes, tickets, operatorToken });
  agentRoutes(app, coordinator);
  logRoutes(app, coordinator);
  mcpRoutes(app, coordinator, version);
  const endSockets = socketRoutes(app, coordinator, socketLimits);
  dashboardRoutes(app, readDashboard(dashboardFolder));
  return { app, endSockets, connections };
}

const tooMany = (most: number): Result<never> =>
  fail(
    'LIMIT_REACHED',
    `${most} connections are in use, and no more are served at a time. Close some (dashboards, \`ziggie logs -f\`), or raise the limit of open files, and ask again.`,
    { reason: 'connections', limit: most },
  );

/** The wished port, else one of the next, else any. Windows may also reserve a port, which it reports as EACCES. */
async function listen(app: FastifyInstance, wished: number): Promise<Result<number>> {
  const candidates =
    wished === 0
      ? [0]
      : [
          ...Array.from({ length: neighbouringPorts + 1 }, (_, index) => wished + index).filter(
            (port) => port < 65_536,
          ),
          0,
        ];
  for (const port of candidates) {
    try {
      await app.listen({ host: '127.0.0.1', port });
      const address = app.server.address();
      return ok(typeof address === 'object' && address !== null ? address.port : port);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    }
  }
  return fail(
    'INTERNAL',
    'No port of 127.0.0.1 could be opened. Check what limits this user, or set another "port" in config.json.',
  );
}
