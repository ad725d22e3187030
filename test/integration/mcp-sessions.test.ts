/** Sessions of `/mcp`: whose they are, how many there may be, and how they end. Raw HTTP, as a client gone wrong speaks it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
};
const listTools = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} };

describe('sessions of /mcp', { timeout: 60_000 }, () => {
  let coordinator: TestCoordinator;
  beforeAll(async () => {
    coordinator = await TestCoordinator.start({
      config: {
        default_runtime: 'sleeper',
        runtimes: { sleeper: { kind: 'command', command: '/bin/sleep', args: ['300'] } },
        report: { required: false },
      },
    });
  });
  afterAll(async () => {
    await coordinator.dispose();
  });

  interface Sent {
    readonly method?: string;
    readonly token?: string | null;
    readonly session?: string | null;
    readonly body?: unknown;
    readonly accept?: string;
  }
  const send = ({ method = 'POST', token = coordinator.token, session = null, body, accept }: Sent) =>
    fetch(`${coordinator.url}/mcp`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(session === null ? {} : { 'mcp-session-id': session }),
        ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
        accept: accept ?? 'application/json, text/event-stream',
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const open = async (token = coordinator.token): Promise<string> => {
    const response = await send({ token, body: initialize });
    expect(response.status, await response.text()).toBe(200);
    return response.headers.get('mcp-session-id') ?? '';
  };
  const agent = async (): Promise<{ id: string; token: string }> => {
    const deployed = await coordinator.client.deploy({ agent_type: 'L1', config: { prompt: 'x' } });
    const id = deployed.ok ? deployed.value.record.agent_id : '';
    return { id, token: await coordinator.agentToken(id) };
  };
  const rssMb = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${coordinator.pid}/status`, 'utf8'))?.[1]) / 1024;

  test('case 65: without a token 401; with the session of another token 404, for every method', async () => {
    expect((await send({ token: null, body: initialize })).status).toBe(401);
    expect((await send({ token: 'x'.repeat(43), body: initialize })).status).toBe(401);
    const [one, other] = [await agent(), await agent()];
    const session = await open(other.token);
    expect((await send({ token: other.token, session, body: listTools })).status).toBe(200);
    for (const token of [one.token, coordinator.token]) {
      for (const method of ['POST', 'GET', 'DELETE']) {
        const body = method === 'POST' ? listTools : undefined;
        const response = await send({ method, token, session, body });
        expect([method, response.status]).toEqual([method, 404]);
        expect(await response.json()).toMatchObject({ error: { code: -32_001, data: { code: 'NOT_FOUND' } } });
      }
    }
    expect((await send({ token: other.token, session, body: listTools })).status).toBe(200);
    // The token ends with its agent, and the session with the token: its stream, too.
    const stream = await send({ method: 'GET', token: other.token, session });
    const ended = stream.text();
    await coordinator.client.stop(other.id);
    await ended;
    expect((await send({ token: other.token, session, body: listTools })).status).toBe(401);
    await coordinator.client.stop(one.id);
  });

  test('case 66: DELETE with a JSON content type and no body ends the session', async () => {
    const session = await open();
    const response = await send({ method: 'DELETE', session });
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect((await send({ session, body: listTools })).status).toBe(404);
    expect((await send({ method: 'DELETE', session })).status).toBe(404);
  });

  test('case 67: a thousand sessions that are never ended: 429 after 16, memory flat', async () => {
    const { id, token } = await agent();
    const statuses: number[] = [];
    const before = rssMb();
    for (let count = 0; count < 1000; count += 1) {
      const response = await send({ token, body: initialize });
      statuses.push(response.status);
      const text = await response.text();
      if (response.status !== 429) continue;
      expect(JSON.parse(text)).toMatchObject({ error: { data: { code: 'LIMIT_REACHED' } } });
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(statuses.slice(0, 16)).toEqual(Array.from({ length: 16 }, () => 200));
    expect(new Set(statuses.slice(16))).toEqual(new Set([429]));
    expect(rssMb() - before).toBeLessThan(64);
    // Others are not kept out.
    await send({ method: 'DELETE', session: await open() });
    // With its agent all of its sessions go, and a refused opening holds no place.
    await coordinator.client.stop(id);
    const next = await agent();
    for (let count = 0; count < 20; count += 1) {
      const response = await send({ token: next.token, body: initialize, accept: 'text/html' });
      expect(response.status).toBe(406);
    }
    await open(next.token);
    await coordinator.client.stop(next.id);
  });

  test('what does not begin a session is refused with a code, whatever it is', async () => {
    for (const body of [listTools, [], [initialize, initialize], {}, 'null', '"x"', '1']) {
      const response = await send({ body });
      expect([body, response.status]).toEqual([body, 400]);
      expect(await response.json()).toMatchObject({ error: { code: -32_600, data: { code: 'INVALID_REQUEST' } } });
    }
    const broken = await send({ body: '{' });
    expect(broken.status).toBe(422);
    expect(await broken.json()).toMatchObject({ code: 'INVALID_REQUEST' });
    for (const method of ['GET', 'DELETE']) expect((await send({ method })).status).toBe(400);
    expect((await send({ method: 'PUT', body: {} })).status).toBe(405);
  });

  test('a web page cannot use it', async () => {
    const response = await fetch(`${coordinator.url}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${coordinator.token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        origin: 'http://localhost:3000',
      },
      body: JSON.stringify(initialize),
    });
    expect(response.status).toBe(403);
  });

  test('after a restart of the coordinator a session is unknown, and a new one is one call away', async () => {
    const session = await open();
    const stream = await send({ method: 'GET', session });
    expect(stream.status).toBe(200);
    const ended = stream.text().catch(() => 'broken');
    await coordinator.stop();
    await ended;
    await coordinator.start(coordinator.port);
    expect((await send({ session, body: listTools })).status).toBe(404);
    const again = await open();
    const answer = await waitFor('the tools', async () => (await send({ session: again, body: listTools })).text());
    expect(answer).toContain('deploy_agent');
    await send({ method: 'DELETE', session: again });
  });
});
