/**
 * The WebSockets. What is wrong with a request is answered before it becomes one (401, 403, 404, 422); from then on there
 * are only messages and close codes (protocol/socket-messages.ts).
 */
import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { type Failure, failureOf } from '../../../protocol/failures.ts';
import { invalid } from '../../../protocol/parse-request.ts';
import { closeCodes } from '../../../protocol/socket-messages.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import { isAlive } from '../../coordinator/tokens.ts';
import { callerOf } from '../perform.ts';
import { sendFailure } from '../problem.ts';
import { Connection, type SocketLimits, usualLimits } from './connection.ts';
import { streamFleet } from './fleet-stream.ts';
import { streamIntervals } from './interval-stream.ts';
import { streamLives } from './life-stream.ts';
import { streamLogs } from './log-stream.ts';
import { fleetQuerySchema, logQuerySchema, startOf } from './queries.ts';

type Stream<Q> = (connection: Connection, by: Principal, query: Q) => Promise<void> | void;

/** Returns what tells every client that the coordinator is stopping. */
export function socketRoutes(
  app: FastifyInstance,
  coordinator: Coordinator,
  limits: SocketLimits = usualLimits,
): () => void {
  const open = new Set<Connection>();
  stream('/ws/coordinator', fleetQuerySchema, (connection, by, { since, interval, measured }) =>
    interval === undefined
      ? streamFleet(connection, coordinator, by, { since: since ?? null, measured: measured === '1' })
      : streamIntervals(connection, coordinator, by, interval),
  );
  stream(
    '/ws/coordinator/logs',
    logQuerySchema,
    (connection, by, query) =>
      query.agent_id === undefined
        ? streamLives(connection, coordinator, by, query.from ?? null)
        : streamLogs(connection, coordinator, by, {
            agentId: query.agent_id,
            tree: query.tree === '1',
            start: startOf(query),
          }),
    ({ agent_id }, by) => {
      const found = agent_id === undefined ? null : coordinator.logFile(agent_id, by);
      return found === null || found.ok ? null : found.failure;
    },
  );

  return () => {
    for (const connection of [...open]) connection.close(closeCodes.goingAway, 'the coordinator is stopping');
  };

  function stream<S extends z.ZodType>(
    path: string,
    schema: S,
    begin: Stream<z.output<S>>,
    refuse: (query: z.output<S>, by: Principal) => Failure | null = () => null,
  ): void {
    app.route({
      method: 'GET',
      url: path,
      preValidation: (request, reply, done) => {
        const query = schema.safeParse(request.query);
        const failure = query.success
          ? refuse(query.data, callerOf(request))
          : invalid(query.error, request.query).failure;
        if (failure === null) done();
        else sendFailure(reply, failure);
      },
      handler: notUpgraded,
      wsHandler: (socket, request) => {
        const connection = connect(socket, callerOf(request));
        // Parsed again: the query was checked before, and fastify has no place to keep what came of it.
        const begun = async (): Promise<void> => begin(connection, callerOf(request), schema.parse(request.query));
        void begun().catch(() => connection.close(closeCodes.internal, 'this went wrong here; connect again'));
      },
    });
  }

  function connect(socket: WebSocket, by: Principal): Connection {
    const connection = new Connection(socket, limits);
    open.add(connection);
    connection.onClose(() => open.delete(connection));
    endWithToken(connection, coordinator, by);
    return connection;
  }
}

/** Who followed with an agent's token is let go when that agent's run is over, after it was told so. */
function endWithToken(connection: Connection, coordinator: Coordinator, by: Principal): void {
  if (by.kind === 'operator') return;
  const look = (): void => {
    if (!isAlive(by, coordinator.fleet())) connection.close(closeCodes.tokenEnded, 'the agent has ended');
  };
  connection.onClose(
    coordinator.subscribe(({ event }) => {
      if ('agent_id' in event && event.agent_id === by.agentId) setImmediate(look);
    }),
  );
  look();
}

function notUpgraded(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendFailure(
    reply,
    failureOf(
      'NOT_FOUND',
      `${request.url.split('?')[0] ?? ''} is a WebSocket. Open it with one, at ws:// instead of http://.`,
    ),
  );
}
