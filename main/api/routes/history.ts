/** What has happened and what was measured: events, samples, metrics. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { historyRangeSchema } from '../../../protocol/measures.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { agentIdOf, callerOf } from '../perform.ts';
import { sendFailure } from '../problem.ts';
import { numberIn, queryOf } from '../query.ts';
import { sendResult } from '../send.ts';

const base = '/api/coordinator';

export const eventsQuerySchema = z.object({
  /** Events after this one; 0 begins at the beginning. */
  since: numberIn(z.number().int().min(0).default(0)),
  limit: numberIn(z.number().int().min(1).max(10_000).default(1000)),
});

export const samplesQuerySchema = z.object({
  range: historyRangeSchema,
  /** It and all below it; left out: all that the caller may see. */
  agent_id: z.string().min(1).max(128).optional(),
});

export function historyRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.get(`${base}/events`, (request, reply) => sendEvents(request, reply, null));
  app.get(`${base}/agents/:id/events`, (request, reply) => sendEvents(request, reply, agentIdOf(request)));
  app.get(`${base}/agents/:id/samples`, (request, reply) =>
    sendResult(reply, coordinator.samples(agentIdOf(request), callerOf(request))),
  );
  app.get(`${base}/samples`, (request, reply) => {
    const query = queryOf(request, samplesQuerySchema);
    if (!query.ok) return sendFailure(reply, query.failure);
    const { range, agent_id: agentId = null } = query.value;
    return sendResult(reply, coordinator.usageHistory({ range, agentId }, callerOf(request)));
  });
  app.get(`${base}/metrics`, (request, reply) => reply.send(coordinator.metrics(callerOf(request))));

  async function sendEvents(
    request: FastifyRequest,
    reply: FastifyReply,
    agentId: string | null,
  ): Promise<FastifyReply> {
    const query = queryOf(request, eventsQuerySchema);
    if (!query.ok) return sendFailure(reply, query.failure);
    return sendResult(reply, await coordinator.events({ agentId, ...query.value }, callerOf(request)));
  }
}
