/** `GET /health`: whether anybody is there. Says nothing that a stranger on this machine could use. */
import type { FastifyInstance } from 'fastify';
import type { Health } from '../../../protocol/api.ts';
import { apiVersion } from '../../../protocol/discovery.ts';

export function healthRoutes(app: FastifyInstance, isStopping: () => boolean): void {
  app.get('/health', { config: { isOpen: true } }, (): Health => ({
    status: isStopping() ? 'stopping' : 'ok',
    api_version: apiVersion,
  }));
}
