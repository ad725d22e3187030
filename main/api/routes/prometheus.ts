/** `GET /metrics`: the fleet for Prometheus. Read when it is asked for; each server has a registry of its own. */
import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { failureOf } from '../../../protocol/failures.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { callerOf } from '../perform.ts';
import { sendFailure } from '../problem.ts';

export function prometheusRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  let made: Registry | null = null;
  app.get('/metrics', async (request, reply) => {
    if (callerOf(request).kind !== 'operator') {
      return sendFailure(
        reply,
        failureOf('NOT_ALLOWED', 'Only the operator may read these. An agent has GET /api/coordinator/metrics.', {
          reason: 'operator_only',
        }),
      );
    }
    // Loaded when somebody asks: a coordinator that starts again has agents to adopt first.
    const registry = (made ??= (await import('../prometheus-registry.ts')).registryOf(coordinator));
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
