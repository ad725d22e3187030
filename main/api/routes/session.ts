/** How a browser gets in without a cookie: a one-time code becomes the token, a token becomes a one-time ticket for a socket. */
import type { FastifyInstance } from 'fastify';
import { sessionRequestSchema } from '../../../protocol/api.ts';
import { failureOf } from '../../../protocol/failures.ts';
import type { OneTimeSecrets } from '../one-time.ts';
import { sendFailure } from '../problem.ts';

export interface SessionOptions {
  readonly codes: OneTimeSecrets;
  readonly tickets: OneTimeSecrets;
  readonly operatorToken: string;
}

export function sessionRoutes(app: FastifyInstance, { codes, tickets, operatorToken }: SessionOptions): void {
  app.post('/api/session', { config: { isOpen: true } }, (request, reply) => {
    const body = sessionRequestSchema.safeParse(request.body);
    if (body.success && codes.redeem(body.data.code) !== null) return reply.send({ token: operatorToken });
    return sendFailure(
      reply,
      failureOf(
        'UNAUTHENTICATED',
        'The code of this address was used already or is older than a minute. Open the dashboard from the tray, or start "ziggie serve --open" again.',
      ),
    );
  });
  app.post('/api/ticket', (request, reply) =>
    reply.send({ ticket: tickets.issue(request.principal ?? { kind: 'operator' }) }),
  );
}
