/** A coordinator that comes back at another port, while somebody else has the old one: its agents find it, with their token. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { mcpOverStdio } from '../rig/mcp-client.ts';
import { python, pythonClient } from '../rig/python.ts';
import { valueOf } from '../rig/result.ts';
import { startZiggie } from '../rig/ziggie-command.ts';
import { deployScript, letGo, startShells, untilFile } from './cases/shell-agents.ts';

/** Takes a port and keeps what is said to it. */
async function stranger(port: number): Promise<string[]> {
  const heard: string[] = [];
  const server: Server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(404).end();
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return heard;
}

const pythonScript = `
from ziggie_client import AgentDeploymentClient
client = AgentDeploymentClient()
child, = client.list_my_agents()
print(client.get_agent_status(child["agent_id"])["status"])
`;

async function inPython(env: Record<string, string>): Promise<string> {
  const path = { PATH: process.env['PATH'] ?? '', PYTHONPATH: pythonClient };
  const { stdout } = await promisify(execFile)(python ?? '', ['-B', '-c', pythonScript], { env: { ...path, ...env } });
  return stdout.trim();
}

async function familyOf(coordinator: TestCoordinator) {
  const parent = await deployScript(coordinator, 'parent', untilFile('go'));
  const config = { prompt: `${untilFile('go-child')}\n` };
  const asked = { agent_type: 'L2', parent_agent: parent.agentId, config };
  const child = valueOf(await coordinator.client.deploy(asked)).record.agent_id;
  const env = {
    ZIGGIE_ROOT: coordinator.root,
    ZIGGIE_URL: coordinator.url,
    ZIGGIE_TOKEN: await coordinator.agentToken(parent.agentId),
    ZIGGIE_AGENT_ID: parent.agentId,
    ZIGGIE_AGENT_TYPE: 'L1',
  };
  return { child, env };
}

test('an agent finds it by the command, the tools and Python, and the stranger at the old port hears nothing', async () => {
  const coordinator = await startShells();
  const { child, env } = await familyOf(coordinator);
  const ziggie = (...args: string[]) => startZiggie(args, { env }).end;
  const tools = await mcpOverStdio(env);
  onTestFinished(() => tools.close());
  expect((await tools.call('agent_status', { agent_id: child })).content).toMatchObject({ status: 'running' });
  const waiting = ziggie('wait', child);
  const { port } = coordinator;
  await coordinator.stop();
  await coordinator.start();
  expect(coordinator.port).not.toBe(port);
  const heard = await stranger(port);
  expect((await tools.call('agent_status', { agent_id: child })).content).toMatchObject({ status: 'running' });
  const listed = await ziggie('ls', '--parent', env.ZIGGIE_AGENT_ID);
  expect(listed, listed.err).toMatchObject({ code: 0, out: expect.stringContaining(child) });
  if (python !== null) expect(await inPython(env)).toBe('running');
  letGo(coordinator, 'go-child');
  expect((await ziggie('wait', child)).out).toContain(`${child}  completed`);
  expect(await waiting).toMatchObject({ code: 0 });
  expect((await ziggie('inbox')).out).toContain(`${child}  ended: completed`);
  expect(heard).toEqual([]);
});
