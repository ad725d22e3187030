/** `GET /openapi.json`, and `GET /docs`, the same for people: a page without a script that holds nothing but the reference. */
import type { FastifyInstance } from 'fastify';

export function referenceRoutes(app: FastifyInstance): void {
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send((await committed()).openApiText),
  );
  const open = { config: { isOpen: true, isPage: true } };
  app.get('/docs', open, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send((await committed()).openApiPage()),
  );
  app.get('/docs.css', open, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send((await import('../openapi/page.ts')).referenceStyle),
  );
}

/** Loaded when somebody asks: a coordinator that starts again has agents to adopt first. */
const committed = async () => import('../openapi/committed.ts');
