/** Agents: deploy, list, get, stop, report. Each route is a call of the facade and nothing more. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { statusSchema } from '../../../protocol/agent.ts';
import { displayNameSchema } from '../../../protocol/names.ts';
import { invalid, requestIdOf } from '../../../protocol/parse-request.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import { sendFailure } from '../problem.ts';

const base = '/api/coordinator';
const listQuerySchema = z.object({
  status: statusSchema.optional(),
  parent_agent: z.string().optional(),
  level: z.coerce.number().int().optional(),
});
const stopBodySchema = z.looseObject({ reason: displayNameSchema.nullable().default(null) });

export const agentIdOf = (request: FastifyRequest): string => (request.params as { id: string }).id;

/** The guard has let the request through with a principal, or the address would be open. */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('a route that needs a principal is marked open');
  return request.principal;
}

export function agentRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.post(`${base}/deploy`, async (request, reply) => {
    const answer = await coordinator.deploy(request.body, callerOf(request), 'admission');
    if (!answer.ok) return sendFailure(reply, answer.failure, requestIdOf(request.body));
    const { record, replayed } = answer.value;
    if (replayed) void reply.header('idempotent-replay', 'true');
    return reply.code(replayed ? 200 : record.status === 'queued' ? 202 : 201).send(record);
  });

  app.get(`${base}/agents`, (request, reply) => {
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) return sendFailure(reply, invalid(query.error, request.query).failure);
    const { status, parent_agent, level } = query.data;
    const agents = coordinator
      .list(callerOf(request))
      .filter((agent) => status === undefined || agent.status === status)
      .filter((agent) => parent_agent === undefined || agent.parent_agent === parent_agent)
      .filter((agent) => level === undefined || agent.level === level);
    return reply.send({ total: agents.length, agents });
  });

  app.get(`${base}/agents/:id`, (request, reply) => {
    const record = coordinator.get(agentIdOf(request), callerOf(request));
    return record.ok ? reply.send(record.value) : sendFailure(reply, record.failure);
  });

  app.post(`${base}/agents/:id/stop`, async (request, reply) => {
    const body = stopBodySchema.safeParse(request.body ?? {});
    if (!body.success) return sendFailure(reply, invalid(body.error, request.body).failure);
    const answer = await coordinator.stop(agentIdOf(request), callerOf(request), body.data.reason);
    return answer.ok ? reply.send(answer.value) : sendFailure(reply, answer.failure);
  });

  app.get(`${base}/agents/:id/report`, async (request, reply) => {
    const answer = await coordinator.report(agentIdOf(request), callerOf(request));
    return answer.ok ? reply.send(answer.value) : sendFailure(reply, answer.failure);
  });
}
