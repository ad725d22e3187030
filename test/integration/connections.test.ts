/** How many connections the HTTP door holds, on a machine that gives few descriptors; spoken to over real sockets. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { TestCoordinator } from '../rig/coordinator.ts';
import { mcpOverHttp } from '../rig/mcp-client.ts';
import { waitFor } from '../rig/wait-for.ts';

const descriptors = 256;
/** A quarter of the descriptors. */
const bound = 64;
/** Beyond the bound. */
const operatorBound = 16;
const limited = ['prlimit', `--nofile=${descriptors}:${descriptors}`];
const canLimit =
  process.platform === 'linux' && spawnSync(limited[0] ?? '', [...limited.slice(1), 'true']).status === 0;

let coordinator: TestCoordinator;
beforeAll(async () => {
  if (!canLimit) return;
  coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'quick',
      runtimes: {
        quick: { kind: 'command', command: '/bin/true' },
        sleeper: { kind: 'command', command: '/bin/sleep', args: ['300'] },
      },
      report: { required: false },
    },
    wrapper: limited,
  });
});
afterAll(async () => {
  if (canLimit) await coordinator.dispose();
});

interface Line {
  readonly socket: Socket;
  heard: string;
}

async function open(): Promise<Line> {
  const socket = connect(coordinator.port, '127.0.0.1');
  const line: Line = { socket, heard: '' };
  socket.on('data', (chunk) => (line.heard += chunk.toString()));
  socket.on('error', () => undefined); // Closed by the other side, which is what is looked at.
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return line;
}

const head = (more = ''): string => `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${coordinator.port}\r\n${more}\r\n`;

/** A call that waits for the agent, over a connection of its own. */
async function waitAs(token: string, agentId: string): Promise<Line> {
  const line = await open();
  const body = JSON.stringify({ agent_ids: [agentId], timeout: 100 });
  line.socket.write(
    `POST /api/coordinator/wait HTTP/1.1\r\nHost: 127.0.0.1:${coordinator.port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return line;
}

async function startSleeper(request_id: string): Promise<string> {
  const config = { runtime: 'sleeper', prompt: 'x' };
  const deployed = await coordinator.client.deploy({ ...deploy(request_id), config });
  return deployed.ok ? deployed.value.record.agent_id : JSON.stringify(deployed.failure);
}

/** Asks and is answered, and stays connected. */
async function askedOnce(): Promise<Line> {
  const line = await open();
  line.socket.write(head());
  await waitFor('an answer', () => line.heard.includes('"status"'), { seen: () => line.heard });
  return line;
}

/** Asks over a connection of its own, and reads until it is closed. */
async function askAlone(): Promise<string> {
  const line = await open();
  line.socket.write(head('Connection: close\r\n'));
  if (!line.socket.closed) await once(line.socket, 'close');
  return line.heard;
}

const stillOpen = (lines: readonly Line[]): Line[] =>
  lines.filter(({ socket }) => !socket.closed && !socket.readableEnded);
const deploy = (request_id: string) => ({
  request_id,
  agent_type: 'L1',
  config: { prompt: 'x', report_required: false },
});

describe.skipIf(!canLimit)('with few descriptors (needs prlimit)', () => {
  test('idle connections beyond the bound are closed, the oldest first, and a client that lives is served', async () => {
    const lines: Line[] = [];
    for (let count = 0; count < 3 * bound; count++) lines.push(await askedOnce());
    await waitFor('no more than the bound are left', () => stillOpen(lines).length <= bound);
    expect(stillOpen(lines)).not.toContain(lines[0]);
    expect(stillOpen(lines)).toContain(lines.at(-1));
    expect(readdirSync(`/proc/${coordinator.pid}/fd`).length).toBeLessThan(descriptors - bound);
    expect(await coordinator.client.deploy(deploy('served'))).toMatchObject({ ok: true });
    expect((await coordinator.dropAndAnswer(deploy('by-file'))).code).toBeUndefined();
  });

  test('what is in use is never the one that makes room: sockets, streams and calls that wait', async () => {
    const ticket = await coordinator.client.ticket();
    const address = coordinator.url.replace('http', 'ws');
    const socket = new WebSocket(`${address}/ws/coordinator?ticket=${ticket.ok ? ticket.value : ''}`);
    const heard: string[] = [];
    socket.on('message', (data: Buffer) => heard.push(data.toString()));
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
    const mcp = await mcpOverHttp(coordinator.url, coordinator.token); // Holds a stream of its own open.
    onTestFinished(() => mcp.close());
    const agentId = await startSleeper('in-use');
    const waits = mcp.call('wait_for_agents', { agent_ids: [agentId], timeout: 100 });
    const call = await waitAs(coordinator.token, agentId);
    const lines: Line[] = [];
    for (let count = 0; count < 3 * bound; count++) lines.push(await askedOnce());
    expect(stillOpen(lines).length).toBeLessThanOrEqual(bound);
    await coordinator.client.stop(agentId);
    expect((await waits).content).toMatchObject({ done: true, ended: [{ agent_id: agentId }] });
    await waitFor('the call over HTTP is answered', () => call.heard.includes('"done":true'), {
      seen: () => call.heard,
    });
    await waitFor('the socket is told', () => heard.some((text) => text.includes('"agent_ended"')));
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });

  test('connections over which nothing is ever said give way, too, and strangers who never end what they say', async () => {
    const silent = await Promise.all(Array.from({ length: bound + operatorBound }, () => open()));
    const body = 'Content-Type: application/json\r\nContent-Length: 100\r\n';
    for (const { socket } of silent.slice(bound / 2)) {
      socket.write(head(body).replace('GET /health', 'POST /api/coordinator/wait'));
    }
    expect((await askAlone()).startsWith('HTTP/1.1 200')).toBe(true);
    expect(await coordinator.client.list()).toMatchObject({ ok: true });
    await waitFor('they made room', () => stillOpen(silent).length < bound + operatorBound);
  });

  test('agents that hold all they may do not lock out the operator, who stops them; silent clients neither', async () => {
    const agents = [await startSleeper('greedy-1'), await startSleeper('greedy-2')];
    const refused: Line[] = [];
    for (const agentId of agents) {
      const token = await coordinator.agentToken(agentId);
      const socket = new WebSocket(`${coordinator.url.replace('http', 'ws')}/ws/coordinator`, {
        headers: { authorization: `Bearer ${token}` },
      });
      onTestFinished(() => socket.terminate());
      await once(socket, 'open');
      const calls: Line[] = [];
      while (calls.length < bound) calls.push(await waitAs(token, agentId));
      const answered = (): Line[] => calls.filter(({ heard }) => heard !== '');
      await waitFor('what is too much is refused', () => answered().length > bound / 2, {
        seen: () => answered().length,
      });
      expect(answered().length).toBe(bound / 2 + 1); // The WebSocket holds one of its half.
      refused.push(...answered());
    }
    const problem = refused[0]?.heard ?? '';
    expect(problem).toMatch(/^HTTP\/1.1 429/);
    expect(problem).toMatch(/^retry-after: \d+\r$/m);
    for (const part of ['LIMIT_REACHED', '"agent_connections"', '"requests":31', '"sockets":1']) {
      expect(problem).toContain(part);
    }
    expect((await askAlone()).startsWith('HTTP/1.1 200')).toBe(true);
    const third = await waitAs(await coordinator.agentToken(await startSleeper('greedy-3')), agents[0] ?? '');
    await waitFor('no place for one more agent', () => third.heard.includes('"connections"'), {
      seen: () => third.heard,
    });
    await Promise.all(Array.from({ length: 3 * bound }, () => open())); // Say nothing.
    expect(await coordinator.client.list()).toMatchObject({ ok: true });
    expect((await askAlone()).startsWith('HTTP/1.1 200')).toBe(true);
    for (const agentId of agents) expect(await coordinator.client.stop(agentId)).toMatchObject({ ok: true });
  });

  test('where the operator holds all, the next call is told so with a code, health is still served', async () => {
    const withToken = { headers: { authorization: `Bearer ${coordinator.token}` } };
    const address = `${coordinator.url.replace('http', 'ws')}/ws/coordinator`;
    const sockets: WebSocket[] = [];
    onTestFinished(() => {
      for (const socket of sockets) socket.terminate();
    });
    while (sockets.length < bound + operatorBound) {
      const socket = new WebSocket(address, withToken);
      // What the test before let go of may still be on its way out.
      const isOpen = await once(socket, 'open').then(
        () => true,
        () => false,
      );
      if (isOpen) sockets.push(socket);
    }
    const refused = await coordinator.client.list();
    expect(refused).toMatchObject({
      ok: false,
      failure: { code: 'LIMIT_REACHED', details: { reason: 'connections', limit: bound } },
    });
    expect((await askAlone()).startsWith('HTTP/1.1 200')).toBe(true);
    expect(sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length).toBe(bound + operatorBound);
    sockets[0]?.close();
    await waitFor('the next is served', async () => (await coordinator.client.list()).ok);
  });

  test('case 62: a client that rests, one that never speaks and one that never ends its head are let go', async () => {
    const rests = await askedOnce();
    const silent = await open();
    const slow = await open();
    const drip = setInterval(() => slow.socket.write('x'), 1000);
    onTestFinished(() => clearInterval(drip));
    slow.socket.write(head().slice(0, 30));
    await waitFor('all are closed', () => stillOpen([rests, silent, slow]).length === 0, { timeoutMs: 15_000 });
    expect((await askAlone()).startsWith('HTTP/1.1 200')).toBe(true);
  });
});
