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
/** A quarter of them. */
const bound = 64;
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
    const sleeper = await coordinator.client.deploy({
      ...deploy('in-use'),
      config: { runtime: 'sleeper', prompt: 'x' },
    });
    const agentId = sleeper.ok ? sleeper.value.record.agent_id : '';
    const waits = mcp.call('wait_for_agents', { agent_ids: [agentId], timeout: 100 });
    const body = JSON.stringify({ agent_ids: [agentId], timeout: 100 });
    const call = await open();
    call.socket.write(
      `POST /api/coordinator/wait HTTP/1.1\r\nHost: 127.0.0.1:${coordinator.port}\r\nAuthorization: Bearer ${coordinator.token}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
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

  test('connections over which nothing is ever said give way, too', async () => {
    const silent = await Promise.all(Array.from({ length: bound }, () => open()));
    await waitFor('one more is served', async () => (await askAlone()).startsWith('HTTP/1.1 200'));
    expect(stillOpen(silent).length).toBeLessThan(bound);
  });

  test('where all are in use the next is told so with a code, and served when one is free', async () => {
    const tickets: string[] = [];
    for (let count = 0; count < bound; count++) {
      // What the test before let go of may still be on its way out.
      const next = waitFor('a ticket', async () => {
        const ticket = await coordinator.client.ticket();
        return ticket.ok ? ticket.value : null;
      });
      tickets.push(await next);
    }
    const sockets = tickets.map(
      (ticket) => new WebSocket(`${coordinator.url.replace('http', 'ws')}/ws/coordinator?ticket=${ticket}`),
    );
    onTestFinished(() => {
      for (const socket of sockets) socket.terminate();
    });
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const refused = await askAlone();
    expect(refused).toContain('HTTP/1.1 429');
    expect(refused).toContain('LIMIT_REACHED');
    expect(refused).toContain('"connections"');
    expect(sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length).toBe(bound);
    sockets[0]?.close();
    await waitFor('the next is served', async () => (await askAlone()).startsWith('HTTP/1.1 200'));
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
