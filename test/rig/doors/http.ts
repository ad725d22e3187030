/** HTTP: each action at its own address. */
import { failureCodes } from '../../../protocol/failures.ts';
import type { TestCoordinator } from '../coordinator.ts';
import type { Door, DoorAnswer, DoorMaker, DoorRequest } from './door.ts';

const base = '/api/coordinator';

export const httpDoor: DoorMaker = {
  name: 'http',
  open: (coordinator) =>
    Promise.resolve<Door>({
      name: 'http',
      ask: (request) => ask(coordinator, request),
      close: () => Promise.resolve(),
    }),
};

async function ask({ url, token }: TestCoordinator, request: DoorRequest): Promise<DoorAnswer> {
  const { method, path, body } = addressOf(request);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (response.ok) return { ok: true, answer };
  const { code, detail } = answer;
  if (!failureCodes.some((one) => one === code)) throw new Error(`no coded failure: ${JSON.stringify(answer)}`);
  return { ok: false, code: String(code), message: String(detail) };
}

interface Address {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body: object | null;
}

function addressOf(request: DoorRequest): Address {
  const { action, agent_id, ...rest } = request;
  const agent = `${base}/agents/${encodeURIComponent(String(agent_id))}`;
  switch (action) {
    case 'status':
      return { method: 'GET', path: agent, body: null };
    case 'report':
    case 'tree':
      return agent_id === undefined || agent_id === null
        ? { method: 'GET', path: `${base}/${action}`, body: null }
        : { method: 'GET', path: `${agent}/${action}`, body: null };
    case 'list':
      return { method: 'GET', path: `${base}/agents${queryOf(rest)}`, body: null };
    case 'submit_report':
      return { method: 'PUT', path: `${agent}/report`, body: rest };
    case 'stop':
    case 'pause':
    case 'resume':
    case 'restart':
    case 'message':
      return { method: 'POST', path: `${agent}/${action}`, body: rest };
    case 'deploy_batch':
      return { method: 'POST', path: `${base}/deploy/batch`, body: rest };
    case 'inbox':
      return { method: 'POST', path: `${base}/inbox`, body: { agent_id, ...rest } };
    default:
      return { method: 'POST', path: `${base}/${action}`, body: rest };
  }
}

function queryOf({ request_id: _id, ...filter }: Record<string, unknown>): string {
  const given = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString()}`;
}
