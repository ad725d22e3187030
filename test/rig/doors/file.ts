/** Request files. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { TestCoordinator } from '../coordinator.ts';
import { waitFor } from '../wait-for.ts';
import type { Door, DoorAnswer, DoorMaker, DoorRequest } from './door.ts';

export const fileDoor: DoorMaker = {
  name: 'file',
  open: (coordinator) =>
    Promise.resolve<Door>({
      name: 'file',
      ask: (request) => ask(coordinator, request),
      close: () => Promise.resolve(),
    }),
};

async function ask(coordinator: TestCoordinator, request: DoorRequest): Promise<DoorAnswer> {
  const { request_id } = request;
  const at = (kind: string): string => coordinator.path('responses', `${request_id}_${kind}.json`);
  // A request that is made again is answered again; the answer of the first time is not the one that is waited for.
  for (const kind of ['response', 'error']) rmSync(at(kind), { force: true });
  coordinator.drop(request_id, request);
  const path = await waitFor(
    `an answer to ${request_id}`,
    () => ['response', 'error'].map(at).find((one) => existsSync(one)),
    {
      timeoutMs: 30_000,
      seen: () => coordinator.output,
    },
  );
  await waitFor('its file is done with', () => !existsSync(coordinator.path('requests', `${request_id}.json`)));
  const answer = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  if (path === at('response')) return { ok: true, answer };
  return { ok: false, code: String(answer['code']), message: String(answer['error']) };
}
