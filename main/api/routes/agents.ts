/** Agents: deploy, list, look, change. Each route is one action and nothing more. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { listApprovalsSchema } from '../../../protocol/approvals.ts';
import { complianceRequestSchema } from '../../../protocol/compliance.ts';
import { invalid } from '../../../protocol/parse-request.ts';
import { listRequestSchema } from '../../../protocol/queries.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { listText } from '../list-text.ts';
import { agentIdOf, answer, perform } from '../perform.ts';
import { sendFailure } from '../problem.ts';
import { flagIn, numberIn, queryOf } from '../query.ts';

const base = '/api/coordinator';
const { parent_agent, status, level, limit, cursor } = listRequestSchema.shape;
export const listQuerySchema = z.object({
  parent_agent,
  status,
  level: numberIn(level),
  limit: numberIn(limit),
  cursor,
});

const { status: approvalStatus, agent_id } = listApprovalsSchema.shape;
export const approvalsQuerySchema = z.object({ status: approvalStatus, agent_id });
/** `markdown` is of the combined report only: one agent's own is a part of the answer, as it may be missing. */
export const reportQuerySchema = z
  .object({
    tree: z
      .enum(['1', 'true', '0', 'false'])
      .default('0')
      .transform((given) => given === '1' || given === 'true'),
    format: z.enum(['json', 'markdown']).default('json'),
  })
  .refine(({ tree, format }) => tree || format === 'json', {
    path: ['format'],
    message: 'markdown goes with tree=1',
  });
export const complianceQuerySchema = z.object({
  tree: flagIn(complianceRequestSchema.shape.tree),
  day: complianceRequestSchema.shape.day,
});

export function agentRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.post(`${base}/deploy`, async (request, reply) => {
    const deployed = await perform(coordinator, request, reply, 'deploy');
    if (!deployed.ok) return sendFailure(reply, deployed.failure);
    const { answer: record, replayed } = deployed.value;
    if (replayed) void reply.header('idempotent-replay', 'true');
    return reply.code(replayed ? 200 : record.status === 'queued' ? 202 : 201).send(record);
  });

  app.get(`${base}/agents`, async (request, reply) => {
    const query = listQuerySchema.safeParse(request.query);
    if (!query.success) return sendFailure(reply, invalid(query.error, request.query).failure);
    const listed = await perform(coordinator, request, reply, 'list', query.data);
    if (!listed.ok) return sendFailure(reply, listed.failure);
    return reply.type('application/json; charset=utf-8').send(listText(listed.value.answer));
  });

  for (const [path, action] of [
    ['', 'status'],
    ['/tree', 'tree'],
  ] as const) {
    app.get(`${base}/agents/:id${path}`, (request, reply) =>
      answer(coordinator, request, reply, action, { agent_id: agentIdOf(request) }),
    );
  }

  app.get(`${base}/agents/:id/report`, async (request, reply) => {
    const query = queryOf(request, reportQuerySchema);
    if (!query.ok) return sendFailure(reply, query.failure);
    const { tree, format } = query.value;
    const reported = await perform(coordinator, request, reply, 'report', { agent_id: agentIdOf(request), tree });
    if (!reported.ok) return sendFailure(reply, reported.failure);
    const { answer: report } = reported.value;
    if (format === 'json' || report.tree === undefined) return reply.send(report);
    return reply.type('text/markdown; charset=utf-8').send(report.tree.markdown);
  });

  for (const action of ['stop', 'pause', 'resume', 'restart', 'reprioritize', 'message'] as const) {
    app.post(`${base}/agents/:id/${action}`, (request, reply) =>
      answer(coordinator, request, reply, action, { agent_id: agentIdOf(request) }),
    );
  }

  app.put(`${base}/agents/:id/report`, (request, reply) =>
    answer(coordinator, request, reply, 'submit_report', { agent_id: agentIdOf(request) }),
  );

  app.post(`${base}/deploy/batch`, (request, reply) => answer(coordinator, request, reply, 'deploy_batch'));

  for (const [path, action] of [
    ['report', 'submit_report'],
    ['plan', 'plan'],
    ['wait', 'wait'],
    ['inbox', 'inbox'],
    ['intake', 'intake'],
  ] as const) {
    app.post(`${base}/${path}`, (request, reply) => answer(coordinator, request, reply, action));
  }

  app.get(`${base}/approvals`, async (request, reply) => {
    const query = approvalsQuerySchema.safeParse(request.query);
    if (!query.success) return sendFailure(reply, invalid(query.error, request.query).failure);
    return answer(coordinator, request, reply, 'list_approvals', query.data);
  });
  app.post(`${base}/approvals`, (request, reply) => answer(coordinator, request, reply, 'request_approval'));
  app.post(`${base}/approvals/:id`, (request, reply) =>
    answer(coordinator, request, reply, 'decide_approval', { approval_id: agentIdOf(request) }),
  );
  for (const path of ['', '/agents/:id'] as const) {
    app.get(`${base}${path}/compliance`, (request, reply) => {
      const query = queryOf(request, complianceQuerySchema);
      if (!query.ok) return sendFailure(reply, query.failure);
      const agent = path === '' ? {} : { agent_id: agentIdOf(request) };
      return answer(coordinator, request, reply, 'compliance', { ...query.value, ...agent });
    });
  }

  for (const action of ['tree', 'queue'] as const) {
    app.get(`${base}/${action}`, (request, reply) => answer(coordinator, request, reply, action));
  }
}
