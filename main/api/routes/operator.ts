/** What only the operator may do: settings, and looking at everything now. The coordinator itself says who may. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Result } from '../../../protocol/failures.ts';
import { invalid } from '../../../protocol/parse-request.ts';
import { type Settings, settingsPatchSchema } from '../../../protocol/settings.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { bodyOf, callerOf } from '../perform.ts';
import { sendFailure } from '../problem.ts';
import { sendResult } from '../send.ts';

const base = '/api/coordinator';

export function operatorRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.get(`${base}/settings`, (request, reply) => sendSettings(reply, coordinator.settings(callerOf(request))));

  app.patch(`${base}/settings`, async (request, reply) => {
    const patch = settingsPatchSchema.safeParse(bodyOf(request));
    if (!patch.success) return sendFailure(reply, invalid(patch.error, request.body).failure);
    const against = revisionsOf(request.headers['if-match']);
    return sendSettings(reply, await coordinator.patchSettings(patch.data, callerOf(request), against));
  });

  app.post(`${base}/reconcile`, async (request, reply) =>
    sendResult(reply, await coordinator.reconcile(callerOf(request))),
  );
}

function sendSettings(reply: FastifyReply, settings: Result<Settings>): FastifyReply {
  if (settings.ok) void reply.header('etag', `"${settings.value.revision}"`);
  return sendResult(reply, settings);
}

/** Of an `If-Match` (RFC 9110); null: there is no condition. What is no strong entity tag matches nothing. */
function revisionsOf(ifMatch: string | undefined): readonly string[] | null {
  if (ifMatch === undefined || ifMatch.trim() === '*') return null;
  return ifMatch.split(',').flatMap((tag) => /^\s*"([^"]*)"\s*$/.exec(tag)?.[1] ?? []);
}
