/** The HTTP application: guard, then limits, then routes, one kind of refusal for all of them. */
import type { Socket } from 'node:net';
import websocket from '@fastify/websocket';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Failure, failureOf } from '../../protocol/failures.ts';
import type { Clock } from '../coordinator/clock.ts';
import type { Coordinator, Principal } from '../coordinator/facade.ts';
import { Addresses } from './addresses.ts';
import { Connections } from './connections.ts';
import { answerBroken, type ClientError, refuseExpectations } from './broken-requests.ts';
import { readDashboard } from './dashboard-files.ts';
import { checkRequest, type GuardOptions } from './guard.ts';
import { securityHeaders } from './headers.ts';
import { acceptOnlyJson } from './json-body.ts';
import { OneTimeSecrets } from './one-time.ts';
import { failureOfServer, sendFailure } from './problem.ts';
import { limitRates } from './rate-limits.ts';
import { agentRoutes } from './routes/agents.ts';
import { dashboardRoutes } from './routes/dashboard.ts';
import { healthRoutes } from './routes/health.ts';
import { historyRoutes } from './routes/history.ts';
import { logRoutes } from './routes/log.ts';
import { mcpRoutes } from './routes/mcp.ts';
import { operatorRoutes } from './routes/operator.ts';
import { prometheusRoutes } from './routes/prometheus.ts';
import { referenceRoutes } from './routes/reference.ts';
import { searchRoutes } from './routes/search.ts';
import { sessionRoutes } from './routes/session.ts';
import type { SocketLimits } from './sockets/connection.ts';
import { socketRoutes } from './sockets/routes.ts';
import { passOverBody } from './unread-body.ts';

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

/**
 * What is asked is checked by the schemas of protocol/, on every door alike. Without this, fastify loads a validator and a
 * serializer of its own, two hundred files that nothing would use.
 */
const noSchemas = {
  compilersFactory: { buildValidator: () => refuseSchemas, buildSerializer: () => refuseSchemas },
};

function refuseSchemas(): never {
  throw new Error('Routes have no schemas: parse with those of protocol/.');
}

export interface AppOptions {
  readonly coordinator: Coordinator;
  readonly operatorToken: string;
  readonly dashboardFolder: string;
  readonly codes: OneTimeSecrets;
  readonly port: () => number;
  readonly isStopping: () => boolean;
  readonly version: string;
  /** For tickets; absent: the system's. */
  readonly clock?: Pick<Clock, 'monotonic'>;
  /** Absent: the usual ones. */
  readonly socketLimits?: SocketLimits;
  /** One line for the operator. */
  readonly log: (line: string) => void;
}

export interface App {
  readonly app: FastifyInstance;
  readonly addresses: Addresses;
  readonly connections: Connections;
  /** Tells every WebSocket that the coordinator is stopping. */
  endSockets(): void;
}

export async function buildApp({
  coordinator,
  operatorToken,
  codes,
  port,
  isStopping,
  log,
  ...rest
}: AppOptions): Promise<App> {
  const tickets = new OneTimeSecrets(ticketLifetimeMs, rest.clock);
  const guard: GuardOptions = { coordinator, tickets, port };
  const app = fastify({
    bodyLimit: 1024 * 1024,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    forceCloseConnections: true,
    return503OnClosing: false, // The guard says it, with a code.
    schemaController: noSchemas,
    http: {
      maxHeaderSize: 8192,
      headersTimeout: headMs,
      connectionsCheckingInterval: lookEveryMs,
      requireHostHeader: false,
    },
    routerOptions: { maxParamLength: 200 },
    clientErrorHandler: (error: ClientError, socket: Socket) => answerBroken(error, socket, port()),
    frameworkErrors: (error, request, reply) => {
      void reply.headers(securityHeaders(port()));
      endConnection(request as FastifyRequest, reply as FastifyReply, false);
      const checked = checkRequest(request as FastifyRequest, guard);
      sendFailure(reply as FastifyReply, checked.ok ? failureOfServer(error) : checked.failure);
    },
  });
  const connections = new Connections(app.server);
  refuseExpectations(app.server, port);
  app.decorateRequest('principal', null);
  const addresses = new Addresses();
  addresses.follow(app);
  /** Of one that the guard let through. */
  const refuse = (request: FastifyRequest, reply: FastifyReply, by: Principal | null): Failure | null =>
    refusalOf(request, addresses, isStopping()) ??
    connections.admit(request.raw, reply.raw, by, coordinator.config.limits.agent_connections);
  let headers: ReturnType<typeof securityHeaders> | null = null; // The port is known once it listens.
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers((headers ??= securityHeaders(port())));
    const isSurplus = connections.isSurplus(request.raw.socket);
    const checked = checkRequest(request, guard);
    const refusal = checked.ok ? refuse(request, reply, checked.value) : checked.failure;
    if (refusal !== null) {
      endConnection(request, reply, isSurplus);
      if (refusal.code === 'METHOD_NOT_ALLOWED') void reply.header('allow', allowedAt(request, addresses).join(', '));
      sendFailure(reply, refusal);
      return;
    }
    if (isSurplus && request.headers.upgrade === undefined) void reply.header('connection', 'close');
    if (checked.ok) request.principal = checked.value;
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode < 400 || request.headers.upgrade !== undefined) done(null, payload);
    else passOverBody(request.raw, () => done(null, payload));
  });
  // Set so that the hook above sees what has no route, and answers it.
  app.setNotFoundHandler((request, reply) => sendFailure(reply, noRoute(request, addresses)));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const failure = failureOfServer(error);
    if (failure.code === 'INTERNAL')
      log(`${request.method} ${pathOf(request)} failed: ${error.stack ?? error.message}`);
    return sendFailure(reply, failure);
  });
  acceptOnlyJson(app);
  await limitRates(app, () => coordinator.config.limits);
  await app.register(websocket, {
    options: { maxPayload: 64 * 1024, perMessageDeflate: false, autoPong: false },
    errorHandler: () => undefined, // A connection looks after itself; the close code that ws sends must still arrive.
  });
  healthRoutes(app, isStopping, () => coordinator.degraded());
  sessionRoutes(app, { codes, tickets, operatorToken });
  agentRoutes(app, coordinator);
  historyRoutes(app, coordinator);
  logRoutes(app, coordinator);
  searchRoutes(app, coordinator);
  mcpRoutes(app, coordinator, rest.version);
  operatorRoutes(app, coordinator);
  prometheusRoutes(app, coordinator);
  referenceRoutes(app);
  const endSockets = socketRoutes(app, coordinator, rest.socketLimits);
  dashboardRoutes(app, readDashboard(rest.dashboardFolder));
  return { app, addresses, connections, endSockets };
}

/** A refused upgrade must not keep its connection, nor one for which there is no room: nothing would ever come over it. */
function endConnection(request: FastifyRequest, reply: FastifyReply, isSurplus: boolean): void {
  if (!isSurplus && request.headers.upgrade === undefined) return;
  void reply.header('connection', 'close');
  reply.raw.once('finish', () => request.raw.socket.destroySoon());
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?')[0] ?? '';

const allowedAt = (request: FastifyRequest, addresses: Addresses): string[] => addresses.methodsAt(pathOf(request));

function noRoute(request: FastifyRequest, addresses: Addresses): Failure {
  const allowed = allowedAt(request, addresses);
  const at = `${request.method} ${pathOf(request)}`;
  return allowed.length === 0
    ? failureOf('NOT_FOUND', `There is nothing at ${at}. GET /docs lists all addresses.`)
    : failureOf('METHOD_NOT_ALLOWED', `${at} does not exist; this address takes ${allowed.join(', ')}.`, { allowed });
}

/** After the guard, before any body is read: is there somebody to take it? */
function refusalOf(request: FastifyRequest, addresses: Addresses, isStopping: boolean): Failure | null {
  if (request.is404) return noRoute(request, addresses);
  // Its body would never be read: what follows an upgrade is no HTTP any more.
  if (request.headers.upgrade !== undefined && !pathOf(request).startsWith('/ws/')) {
    return failureOf('BAD_HTTP', 'Only addresses below /ws/ take an upgrade. Leave the Upgrade header out.', {
      reason: 'upgrade',
    });
  }
  if (isStopping && pathOf(request) !== '/health') {
    return failureOf('STOPPING', 'The coordinator is stopping. Ask again once it runs; coordinator.json tells where.');
  }
  return null;
}
