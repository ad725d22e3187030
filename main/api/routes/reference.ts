/** `GET /openapi.json`, and `GET /docs`, the same for people: a page without a script that holds nothing but the reference. */
import type { FastifyInstance } from 'fastify';

export function referenceRoutes(app: FastifyInstance): void {
  const made: { json?: string; page?: string } = {};
  app.get('/openapi.json', async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send((made.json ??= await json())),
  );
  const open = { config: { isOpen: true, isPage: true } };
  app.get('/docs', open, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send((made.page ??= await page())),
  );
  app.get('/docs.css', open, async (_request, reply) =>
    reply.type('text/css; charset=utf-8').send((await import('../openapi/page.ts')).referenceStyle),
  );
}

// Loaded when somebody asks: a coordinator that starts again has agents to adopt first.

async function json(): Promise<string> {
  const { openApiDocument } = await import('../openapi/document.ts');
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
}

async function page(): Promise<string> {
  const [{ openApiDocument }, { referencePage }] = await Promise.all([
    import('../openapi/document.ts'),
    import('../openapi/page.ts'),
  ]);
  return referencePage(openApiDocument());
}
