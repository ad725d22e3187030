/** `GET …/search`: a text in all agents, reports and logs. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { leastSearched, mostSearched, searchKinds, searchKindSchema } from '../../../protocol/search.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { callerOf, goneWith } from '../perform.ts';
import { sendFailure } from '../problem.ts';
import { numberIn, queryOf } from '../query.ts';
import { sendResult } from '../send.ts';

export const searchQuerySchema = z.object({
  /** What is looked for, as it is written; capitals do not count. */
  q: z.string().min(leastSearched).max(mostSearched),
  /** Separated by commas; left out: all of them. */
  kinds: z.preprocess(
    (given) => (typeof given === 'string' ? given.split(',') : given),
    z
      .array(searchKindSchema)
      .min(1)
      .default([...searchKinds]),
  ),
  /** At most so many of each kind. */
  limit: numberIn(z.number().int().min(1).max(100).default(20)),
});

export function searchRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.get('/api/coordinator/search', async (request, reply) => {
    const query = queryOf(request, searchQuerySchema);
    if (!query.ok) return sendFailure(reply, query.failure);
    const { q: text, kinds, limit } = query.value;
    const gone = goneWith(reply);
    return sendResult(reply, await coordinator.search({ text, kinds, limit }, callerOf(request), gone.signal));
  });
}
