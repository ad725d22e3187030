/** What only the operator may do: settings, and looking at everything now. The coordinator itself says who may. */
import type { FastifyInstance } from 'fastify';
import { invalid } from '../../../protocol/parse-request.ts';
import { settingsPatchSchema } from '../../../protocol/settings.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { bodyOf, callerOf } from '../perform.ts';
import { sendFailure } from '../problem.ts';
import { sendResult } from '../send.ts';

const base = '/api/coordinator';

export function operatorRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.get(`${base}/settings`, (request, reply) => sendResult(reply, coordinator.settings(callerOf(request))));

  app.patch(`${base}/settings`, async (request, reply) => {
    const patch = settingsPatchSchema.safeParse(bodyOf(request));
    if (!patch.success) return sendFailure(reply, invalid(patch.error, request.body).failure);
    return sendResult(reply, await coordinator.patchSettings(patch.data, callerOf(request)));
  });

  app.post(`${base}/reconcile`, async (request, reply) =>
    sendResult(reply, await coordinator.reconcile(callerOf(request))),
  );
}
