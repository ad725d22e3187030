/** `GET /` and the files it loads. */
import type { FastifyInstance } from 'fastify';
import type { PageFile } from '../dashboard-files.ts';

const notBuilt = 'The dashboard is not built. Run "npm run build", then start the coordinator again.\n';

export function dashboardRoutes(app: FastifyInstance, files: ReadonlyMap<string, PageFile>): void {
  for (const [address, file] of files) {
    app.get(address, { config: { isOpen: true, isPage: true } }, (_request, reply) => {
      if (file.isHashed) void reply.header('cache-control', 'public, max-age=31536000, immutable');
      return reply.type(file.type).send(file.bytes);
    });
  }
  if (!files.has('/')) {
    app.get('/', { config: { isOpen: true, isPage: true } }, (_request, reply) =>
      reply.code(503).type('text/plain; charset=utf-8').send(notBuilt),
    );
  }
}
