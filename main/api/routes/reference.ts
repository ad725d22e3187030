/** `GET /openapi.json`, and `GET /docs`, the same for people: a page without a script that holds nothing but the reference. */
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '../openapi/document.ts';
import { referencePage, referenceStyle } from '../openapi/page.ts';

export function referenceRoutes(app: FastifyInstance): void {
  const made: { json?: string; page?: string } = {};
  app.get('/openapi.json', (_request, reply) =>
    reply
      .type('application/json; charset=utf-8')
      .send((made.json ??= `${JSON.stringify(openApiDocument(), null, 2)}\n`)),
  );
  const open = { config: { isOpen: true, isPage: true } };
  app.get('/docs', open, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send((made.page ??= referencePage(openApiDocument()))),
  );
  app.get('/docs.css', open, (_request, reply) => reply.type('text/css; charset=utf-8').send(referenceStyle));
}
