/**
 * The command: each action as a process of its own, asked for JSON. What a command line has no words for (a field of the wrong
 * kind, which the command itself would turn down with another sentence; a group that is no group) goes through the HTTP door.
 */
import type { TestCoordinator } from '../coordinator.ts';
import { startZiggie } from '../ziggie-command.ts';
import type { Door, DoorAnswer, DoorMaker, DoorRequest } from './door.ts';
import { httpDoor } from './http.ts';

export const cliDoor: DoorMaker = {
  name: 'cli',
  open: async (coordinator: TestCoordinator): Promise<Door> => {
    const http = await httpDoor.open(coordinator);
    return {
      name: 'cli',
      ask: (request) => {
        const line = lineOf(request);
        return line === null ? http.ask(request) : ask(coordinator, line);
      },
      close: () => http.close(),
    };
  },
};

interface Line {
  readonly args: readonly string[];
  readonly stdin?: string;
}

/** "For ever" is what 0 means to the command; this is over before anything can happen. */
const noTime = '0.001';

function lineOf(request: DoorRequest): Line | null {
  const { request_id, action, parent_agent } = request;
  const id = String(request['agent_id']);
  const parent = typeof parent_agent === 'string' ? [`--parent=${parent_agent}`] : [];
  const named = `--request-id=${request_id}`;
  switch (action) {
    case 'deploy':
      return deployLine(request, [...parent, named]);
    case 'deploy_batch':
      return { args: ['batch', '-', ...parent, named], stdin: JSON.stringify(request['agents']) };
    case 'list':
      return { args: ['ls', '--all', ...parent] };
    case 'tree':
      return { args: ['tree', ...(request['agent_id'] === undefined ? [] : [id])] };
    case 'wait':
      return { args: ['wait', ...(request['agent_ids'] as string[]), `--timeout=${noTime}`] };
    case 'plan': {
      const tasks = request['tasks'] as { id: string; weight: number }[];
      return {
        args: ['plan', ...tasks.map((one) => `${one.id}=${one.weight}`), `--workers=${String(request['workers'])}`],
      };
    }
    case 'inbox':
      return { args: ['inbox', `--of=${id}`] };
    case 'submit_report':
      return { args: ['report', id, '--submit', '-'], stdin: String(request['markdown']) };
    case 'restart':
      return { args: ['restart', id, named] };
    case 'status':
    case 'report':
    case 'stop':
    case 'pause':
    case 'resume':
      return { args: [action, id] };
    default:
      return null;
  }
}

function deployLine({ agent_type, config, priority, group }: DoorRequest, more: readonly string[]): Line | null {
  if (typeof agent_type !== 'string' || typeof config !== 'object' || group !== undefined) return null;
  const stdin = String((config as { prompt: unknown }).prompt);
  const first = priority === undefined ? [] : [`--priority=${JSON.stringify(priority)}`];
  return { args: ['deploy', '-', `--type=${agent_type}`, ...first, ...more], stdin };
}

async function ask({ root }: TestCoordinator, { args, stdin }: Line): Promise<DoorAnswer> {
  const run = startZiggie(['--json', '--root', root, ...args], stdin === undefined ? {} : { stdin });
  const { code, out, err } = await run.end;
  if (out === '') throw new Error(`ziggie ${args.join(' ')} ended with ${code} and said: ${err}`);
  const answer = JSON.parse(out) as Record<string, unknown>;
  // 1 is an answer, too: of agents that did not complete, of a report that is missing.
  if (code === 0 || code === 1) return { ok: true, answer };
  if (code !== 2) throw new Error(`ziggie ${args.join(' ')} ended with ${code}: ${out}`);
  return { ok: false, code: String(answer['code']), message: String(answer['message']) };
}
