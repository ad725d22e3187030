/** `/mcp`: the tools over streamable HTTP. What is refused here is a JSON-RPC error whose `data` holds the failure's code. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Failure, failureCatalogue, failureOf } from '../../../protocol/failures.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import type { McpSession, McpSessions } from '../mcp/sessions.ts';
import { callerOf } from '../perform.ts';

/** JSON-RPC's number for a session that is gone: clients open a new one when they read it. */
const sessionNotFound = -32_001;
const otherRefusal = -32_000;
const invalidRequest = -32_600;

export function mcpRoutes(app: FastifyInstance, coordinator: Coordinator, version: string): void {
  let loaded: Promise<Mcp> | null = null;
  // Loaded when somebody speaks MCP: a coordinator that starts again has agents to adopt first.
  const mcp = (): Promise<Mcp> => (loaded ??= load(coordinator, version));
  app.addHook('preClose', async () => {
    await loaded?.then(({ sessions }) => sessions.close()).catch(() => undefined); // Not loaded, nothing to close.
  });

  app.post('/mcp', async (request, reply) => {
    const { sessions, isInitializeRequest } = await mcp();
    const id = sessionIdOf(request);
    if (id !== null) {
      const session = sessions.find(id, tokenOf(request));
      return session === null ? refuse(reply, gone(), sessionNotFound) : pass(session, request, reply);
    }
    if (!isInitializeRequest(request.body)) return refuse(reply, notOpened(), invalidRequest);
    const opened = await sessions.open(callerOf(request), tokenOf(request));
    if (opened.ok) {
      await pass(opened.value, request, reply);
      // Refused by the transport, it is no session, and nobody would ever end it.
      if (reply.statusCode >= 400) sessions.end(opened.value.id);
      return reply;
    }
    void reply.header('retry-after', String(sessions.retryAfterSeconds));
    return refuse(reply, opened.failure, otherRefusal);
  });

  app.get('/mcp', async (request, reply) => {
    const { sessions } = await mcp();
    const id = sessionIdOf(request);
    if (id === null) return refuse(reply, notOpened(), invalidRequest);
    const session = sessions.find(id, tokenOf(request));
    return session === null ? refuse(reply, gone(), sessionNotFound) : pass(session, request, reply);
  });

  app.delete('/mcp', async (request, reply) => {
    const { sessions } = await mcp();
    const id = sessionIdOf(request);
    if (id === null) return refuse(reply, notOpened(), invalidRequest);
    if (sessions.find(id, tokenOf(request)) === null) return refuse(reply, gone(), sessionNotFound);
    sessions.end(id);
    return reply.code(204).send();
  });
}

interface Mcp {
  readonly sessions: McpSessions;
  readonly isInitializeRequest: (body: unknown) => boolean;
}

async function load(coordinator: Coordinator, version: string): Promise<Mcp> {
  const [sessions, types] = await Promise.all([
    import('../mcp/sessions.ts'),
    import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { sessions: new sessions.McpSessions(coordinator, version), isInitializeRequest: types.isInitializeRequest };
}

/** The transport speaks the web's Request and Response; the server sends the latter as it is. */
async function pass(session: McpSession, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const done = session.begin();
  reply.raw.once('close', () => {
    done();
    if (!reply.raw.writableFinished) for (const id of callsIn(request.body)) session.giveUp(id);
  });
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string') headers.set(name, value);
  }
  // The body was read and checked like every other.
  const asked = new Request(`http://${request.headers.host ?? ''}/mcp`, { method: request.method, headers });
  const response = await session.transport.handleRequest(asked, { parsedBody: request.body });
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  return reply.send(isStream ? opened(response) : response);
}

/** Ids of the calls that one body holds: a message, or several. */
function callsIn(body: unknown): (string | number)[] {
  const messages: unknown[] = Array.isArray(body) ? body : [body];
  return messages.flatMap((message) => {
    if (typeof message !== 'object' || message === null || !('method' in message) || !('id' in message)) return [];
    return typeof message.id === 'string' || typeof message.id === 'number' ? [message.id] : [];
  });
}

/** A stream that may stay silent begins with a comment, so that its client has the headers at once. */
function opened({ status, headers, body }: Response): Response {
  const first = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(': open\n\n')),
  });
  return new Response(body?.pipeThrough(first) ?? null, { status, headers });
}

const sessionIdOf = ({ headers }: FastifyRequest): string | null => {
  const id = headers['mcp-session-id'];
  return typeof id === 'string' ? id : null;
};

/** The guard has found its holder already. */
const tokenOf = ({ headers }: FastifyRequest): string => (headers.authorization ?? '').replace(/^Bearer /i, '');

const gone = (): Failure =>
  failureOf(
    'NOT_FOUND',
    'There is no such MCP session: it ended, or is not yours. Send initialize again, without Mcp-Session-Id.',
    {
      reason: 'mcp_session',
    },
  );

const notOpened = (): Failure =>
  failureOf(
    'INVALID_REQUEST',
    'An MCP client begins with one initialize request, and sends the Mcp-Session-Id of its answer with everything after it.',
    { reason: 'mcp_session' },
  );

function refuse(reply: FastifyReply, { code, message, details }: Failure, number: number): FastifyReply {
  const status = number === invalidRequest ? 400 : failureCatalogue[code].httpStatus;
  const data = { code, ...(details === undefined ? {} : { details }) };
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ jsonrpc: '2.0', error: { code: number, message, data }, id: null }));
}
