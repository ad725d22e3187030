/** `GET /health`: whether anybody is there, and well. Says nothing that a stranger on this machine could use. */
import type { FastifyInstance } from 'fastify';
import type { Degradation, Health } from '../../../protocol/api.ts';
import { apiVersion } from '../../../protocol/discovery.ts';

export function healthRoutes(
  app: FastifyInstance,
  isStopping: () => boolean,
  degradedParts: () => readonly Degradation[],
): void {
  app.get('/health', { config: { isOpen: true } }, (): Health => {
    const degraded = [...degradedParts()];
    const status = isStopping() ? 'stopping' : degraded.length > 0 ? 'degraded' : 'ok';
    return { status, api_version: apiVersion, degraded };
  });
}
