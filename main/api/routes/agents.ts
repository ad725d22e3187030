/** Agents: deploy, list, look, change. Each route is one action and nothing more. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalid, requestIdOf } from '../../../protocol/parse-request.ts';
import { listRequestSchema } from '../../../protocol/queries.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { agentIdOf, answer, perform } from '../perform.ts';
import { sendFailure } from '../problem.ts';

const base = '/api/coordinator';
const { parent_agent, status, limit, cursor } = listRequestSchema.shape;
/** Numbers come as text in an address. */
const listQuerySchema = z.object({
  parent_agent,
  status,
  level: z.coerce.number().int().nullable().default(null),
  limit: z.preprocess((given) => (given === undefined ? null : Number(given)), limit),
  cursor,
});

export function agentRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.post(`${base}/deploy`, async (request, reply) => {
    const deployed = await perform(coordinator, request, reply, 'deploy');
    if (!deployed.ok) return sendFailure(reply, deployed.failure, requestIdOf(request.body));
    const { answer: record, replayed } = deployed.value;
    if (replayed) void reply.header('idempotent-replay', 'true');
    return reply.code(replayed ? 200 : record.status === 'queued' ? 202 : 201).send(record);
  });

  app.get(`${base}/agents`, async (request, reply) => {
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) return sendFailure(reply, invalid(query.error, request.query).failure);
    return answer(coordinator, request, reply, 'list', query.data);
  });

  for (const [path, action] of [
    ['', 'status'],
    ['/tree', 'tree'],
    ['/report', 'report'],
  ] as const) {
    app.get(`${base}/agents/:id${path}`, (request, reply) =>
      answer(coordinator, request, reply, action, { agent_id: agentIdOf(request) }),
    );
  }

  for (const action of ['stop', 'pause', 'resume', 'restart', 'message'] as const) {
    app.post(`${base}/agents/:id/${action}`, (request, reply) =>
      answer(coordinator, request, reply, action, { agent_id: agentIdOf(request) }),
    );
  }

  app.put(`${base}/agents/:id/report`, (request, reply) =>
    answer(coordinator, request, reply, 'submit_report', { agent_id: agentIdOf(request) }),
  );

  for (const [path, action] of [
    ['deploy/batch', 'deploy_batch'],
    ['report', 'submit_report'],
    ['plan', 'plan'],
    ['wait', 'wait'],
    ['inbox', 'inbox'],
  ] as const) {
    app.post(`${base}/${path}`, (request, reply) => answer(coordinator, request, reply, action));
  }

  app.get(`${base}/tree`, (request, reply) => answer(coordinator, request, reply, 'tree'));
}
