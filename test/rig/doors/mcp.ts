/**
 * MCP: each action by its tool, over HTTP. The tools answer in few words, so what they leave out of a record is looked up with
 * `agent_status`. The actions without a tool (tree, report, inbox) go through the HTTP door.
 */
import type { TestCoordinator } from '../coordinator.ts';
import { type McpClient, mcpOverHttp } from '../mcp-client.ts';
import type { Door, DoorAnswer, DoorMaker, DoorRequest } from './door.ts';
import { httpDoor } from './http.ts';

const toolOf: Readonly<Record<string, string>> = {
  deploy: 'deploy_agent',
  deploy_batch: 'deploy_agents',
  plan: 'plan_workload',
  list: 'list_agents',
  wait: 'wait_for_agents',
  status: 'agent_status',
  stop: 'stop_agent',
  submit_report: 'submit_report',
};

export const mcpDoor: DoorMaker = {
  name: 'mcp',
  open: async (coordinator: TestCoordinator): Promise<Door> => {
    const mcp = await mcpOverHttp(coordinator.url, coordinator.token);
    const http = await httpDoor.open(coordinator);
    return {
      name: 'mcp',
      ask: (request) => (toolOf[request.action] === undefined ? http.ask(request) : ask(mcp, request)),
      close: () => mcp.close(),
    };
  },
};

async function ask(mcp: McpClient, { action, ...args }: DoorRequest): Promise<DoorAnswer> {
  const { code, text, content } = await mcp.call(toolOf[action] ?? '', args);
  if (code !== null) return { ok: false, code, message: text.slice(code.length + ': '.length) };
  const whole = (agents: unknown): Promise<unknown[]> =>
    Promise.all((agents as { agent_id: string }[]).map(({ agent_id }) => recordOf(mcp, agent_id)));
  switch (action) {
    case 'deploy':
      return { ok: true, answer: await recordOf(mcp, String(content['agent_id'])) };
    case 'deploy_batch':
      return { ok: true, answer: { agents: await whole(content['agents']) } };
    case 'list':
      return { ok: true, answer: { ...content, agents: await whole(content['agents']) } };
    case 'wait': {
      const { done, ended, pending } = content;
      return { ok: true, answer: { done, ended: await whole(ended), pending } };
    }
    case 'stop':
      return { ok: true, answer: { ...content, stopped: await whole(content['stopped']) } };
    case 'submit_report':
      return { ok: true, answer: { ...content, markdown: args['markdown'] } };
    default:
      return { ok: true, answer: content };
  }
}

async function recordOf(mcp: McpClient, agent_id: string): Promise<unknown> {
  const { code, text, content } = await mcp.call('agent_status', { agent_id });
  if (code !== null) throw new Error(text);
  return content;
}
