/**
 * Where secrets may stand: the operator's token in its file, an agent's in the environment of its own processes. After a run
 * through every door everything else is searched for each of them.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { hashToken } from '../../main/coordinator/tokens.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { mcpOverHttp, mcpOverStdio } from '../rig/mcp-client.ts';
import { childrenOf, livingPids } from '../rig/proc.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';

const marker = (): string => randomBytes(32).toString('base64url');

/** Of what was said to clients, to people and on the way: all of it. */
const heard: string[] = [];

async function call(
  coordinator: TestCoordinator,
  path: string,
  { token, body, method = body === undefined ? 'GET' : 'POST' }: { token: string; body?: object; method?: string },
): Promise<string> {
  const answer = await fetch(`${coordinator.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`;
  heard.push(text);
  return text;
}

async function follow(coordinator: TestCoordinator, path: string, token: string): Promise<string> {
  const answer = await fetch(`${coordinator.url}/api/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  const { ticket } = (await answer.json()) as { ticket: string };
  const separator = path.includes('?') ? '&' : '?';
  const socket = new WebSocket(`${coordinator.url.replace('http', 'ws')}${path}${separator}ticket=${ticket}`);
  socket.on('message', (data: Buffer) => heard.push(data.toString()));
  socket.on('error', () => undefined); // The coordinator is killed on the way.
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return ticket;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => lstatSync(path).isFile());
}

const proc = (pid: number, name: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return ''; // It ended while we looked.
  }
};

test.skipIf(process.platform !== 'linux')(
  'no token, ticket or code stands anywhere but in its own file and in the environment of its own agent',
  { timeout: 120_000 },
  async () => {
    const coordinator = await TestCoordinator.start({
      config: {
        default_runtime: 'sh',
        runtimes: { sh: { kind: 'command', command: '/bin/sh', args: ['-s'] } },
        report: { required: false },
        limits: { grace_seconds: 1 },
      },
    });
    onTestFinished(async () => void (await coordinator.dispose()));
    const operator = coordinator.token;
    const wrong = marker();
    const tooLong = `${wrong}${'x'.repeat(300)}`;
    const code = await waitFor('the printed address', () => /#code=(\S+)/.exec(coordinator.output)?.[1]);
    const work = { agent_type: 'L1', config: { prompt: 'sleep 600\n' } };

    // Files: with the operator's token, a wrong one, a right one in a wrong request, one that is no token at all.
    const top = await coordinator.dropAndAnswer({ request_id: 'by-file', token: operator, ...work });
    const topId = top.agent_id ?? '';
    const own = await coordinator.agentToken(topId);
    const child = await coordinator.dropAndAnswer({ request_id: 'by-child', token: own, ...work, agent_type: 'L2' });
    const childId = child.agent_id ?? '';
    expect(child.parent_agent).toBe(topId);
    const childToken = await coordinator.agentToken(childId);
    for (const [request_id, token, more] of [
      ['wrong-token', wrong, work],
      ['wrong-rest', operator, { agent_type: 7 }],
      ['wrong-action', own, { action: 'nothing' }],
      ['token-too-long', tooLong, work],
      ['in-a-batch', own, { action: 'deploy_batch', agents: [{ ...work, token: childToken, agent_type: 7 }] }],
    ] as const) {
      expect((await coordinator.dropAndAnswer({ request_id, token, ...more })).code, request_id).toBeDefined();
    }
    await waitFor(
      'the refused files are kept',
      () => readdirSync(coordinator.path('requests/rejected')).length === 10,
      {
        seen: () => readdirSync(coordinator.path('requests/rejected')),
      },
    );

    // HTTP, with the token where it belongs and where it does not.
    await call(coordinator, '/api/coordinator/deploy', { token: own, body: { ...work, agent_type: 'L2', token: own } });
    await call(coordinator, '/api/coordinator/deploy', { token: operator, body: { ...work, token: tooLong } });
    await call(coordinator, '/api/coordinator/deploy', { token: wrong, body: work });
    await call(coordinator, `/api/coordinator/agents?token=${operator}`, { token: wrong });
    await call(coordinator, '/api/session', { token: '', body: { code: wrong } });
    const tickets = [
      await follow(coordinator, '/ws/coordinator', operator),
      await follow(coordinator, '/ws/coordinator', own),
      await follow(coordinator, '/ws/coordinator?interval=1', own),
      await follow(coordinator, '/ws/coordinator/logs', operator),
    ];

    // MCP by both ways, and the command, each with a token of its own kind.
    const env = { ZIGGIE_ROOT: coordinator.root };
    const clients = [
      await mcpOverHttp(coordinator.url, own),
      await mcpOverStdio({ ...env, ZIGGIE_TOKEN: own, ZIGGIE_URL: coordinator.url }),
    ];
    for (const mcp of clients) {
      onTestFinished(() => mcp.close());
      const deployed = await mcp.call('deploy_agent', { agent_type: 'L2', prompt: 'sleep 600\n' });
      heard.push(JSON.stringify(deployed), JSON.stringify(await mcp.call('list_agents')));
      expect(deployed.code).toBeNull();
    }
    for (const args of [['ls', '--json'], ['status', topId], ['doctor'], ['tree'], ['ls', '--token', 'x']]) {
      const { out, err } = await startZiggie([...args, '--root', coordinator.root]).end;
      heard.push(out, err);
    }
    const spied = ownTreesAndStrangers(coordinator, [topId, childId]);

    await coordinator.crash();
    await coordinator.start();
    await follow(coordinator, '/ws/coordinator?since=0', operator);
    for (const path of ['agents', 'events?since=0', 'tree', `agents/${topId}`, 'settings']) {
      await call(coordinator, `/api/coordinator/${path}`, { token: operator });
    }
    await call(coordinator, '/metrics', { token: operator });
    await waitFor('the events come', () => heard.some((text) => text.includes('"agent_starting"')));
    await coordinator.client.stop(childId);
    await coordinator.ended(childId);

    const secrets: Record<string, string> = { operator, own, childToken, wrong, code };
    for (const [index, ticket] of tickets.entries()) secrets[`ticket ${index}`] = ticket;
    const found: string[] = [];
    const search = (where: string, text: string, but: readonly string[] = []): void => {
      for (const [name, secret] of Object.entries(secrets)) {
        if (!but.includes(name) && text.includes(secret)) found.push(`${name} in ${where}`);
      }
    };
    for (const path of filesBelow(coordinator.root)) {
      const name = relative(coordinator.root, path);
      search(name, readFileSync(path, 'latin1'), name === 'token' ? ['operator'] : []);
      search(`the name of ${name}`, name);
    }
    // The printed address is what the code is for.
    search('what the coordinator printed', coordinator.output, ['code']);
    for (const text of heard) search(text.slice(0, 120), text);
    for (const { where, text, but } of spied) search(where, text, but);
    expect(found).toEqual([]);
    expect(statSync(coordinator.path('token')).mode & 0o777).toBe(0o600);

    // Hashes are the journal's; nobody who asks is told them.
    const told = heard.join('\n');
    for (const token of [operator, own, childToken]) expect(told).not.toContain(hashToken(token));
    expect(JSON.stringify(coordinator.journal())).toContain(hashToken(own));
    expect(JSON.stringify(coordinator.journal())).not.toContain(hashToken(operator));
  },
);

/** Command lines and titles of all processes, and the environments of those that are not of the agent whose token it is. */
function ownTreesAndStrangers(coordinator: TestCoordinator, ids: readonly string[]) {
  const own = new Set(coordinator.processes());
  // The MCP command that the test gave a token to.
  const clients = new Set(childrenOf(process.pid).filter((pid) => pid !== coordinator.pid));
  return livingPids().flatMap((pid) => {
    const environment = proc(pid, 'environ');
    const holder = ids.findIndex((id) => environment.includes(`ZIGGIE_AGENT_ID=${id}\0`));
    const but = clients.has(pid) ? ['own'] : own.has(pid) ? [['own'], ['childToken']][holder] : [];
    return [
      { where: `the command line of ${pid}`, text: proc(pid, 'cmdline') + proc(pid, 'comm'), but: [] },
      { where: `the environment of ${pid} (${proc(pid, 'comm').trim()})`, text: environment, but: but ?? [] },
    ];
  });
}
