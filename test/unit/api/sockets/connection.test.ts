import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Connection, usualLimits } from '../../../../main/api/sockets/connection.ts';
import {
  frame,
  operatorToken,
  RawSocket,
  refusal,
  SocketServer,
  TestSocket,
  tokenOf,
  waiting,
} from '../../../rig/socket-server.ts';
import { waitFor } from '../../../rig/wait-for.ts';

const path = '/ws/coordinator';

describe('a ticket', () => {
  const ticketOf = async (server: SocketServer, token = operatorToken): Promise<string> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const answer = await fetch(`http://${server.url}/api/ticket`, { method: 'POST', headers, body: '{}' });
    return ((await answer.json()) as { ticket: string }).ticket;
  };

  test.each([path, `${path}/logs`])(
    'case 58: another page’s origin, or another host, opens nothing and uses no ticket up: %s',
    async (address) => {
      const server = await SocketServer.start();
      const query = `${address}?ticket=${await ticketOf(server)}`;
      for (const headers of [
        { origin: 'http://localhost:3000' },
        { origin: 'null' },
        { host: `evil.test:${server.port}` },
      ]) {
        expect(await refusal(server.url, query, headers)).toBe(403);
      }
      await TestSocket.open(server.url, query, null);
    },
  );

  test('case 59: none, a used one, and one that is 31 seconds old are refused before 101', async () => {
    let now = 0;
    const server = await SocketServer.start({ clock: { monotonic: () => now } });
    const used = `${path}?ticket=${await ticketOf(server)}`;
    const [fresh, old] = [`${path}?ticket=${await ticketOf(server)}`, `${path}?ticket=${await ticketOf(server)}`];
    await TestSocket.open(server.url, used, null);
    expect(await refusal(server.url, used)).toBe(401);
    expect(await refusal(server.url, path)).toBe(401);
    now = 30_000;
    await TestSocket.open(server.url, fresh, null);
    now = 31_000;
    expect(await refusal(server.url, old)).toBe(401);
  });

  test('is worth as much as its token: nothing once the agent has ended', async () => {
    const server = await SocketServer.start();
    const agent = server.begin(1, null);
    const [one, other] = [await ticketOf(server, tokenOf(agent)), await ticketOf(server, tokenOf(agent))];
    const socket = await TestSocket.open(server.url, `${path}?ticket=${one}`, null);
    server.end(agent);
    expect(await socket.closing()).toMatchObject({ code: 4401 });
    expect(await refusal(server.url, `${path}?ticket=${other}`)).toBe(401);
  });

  test('opens sockets only', async () => {
    const server = await SocketServer.start();
    const answer = await fetch(`http://${server.url}/api/coordinator/agents?ticket=${await ticketOf(server)}`);
    expect(answer.status).toBe(401);
    const plain = await fetch(`http://${server.url}${path}`, { headers: { authorization: `Bearer ${operatorToken}` } });
    expect([plain.status, ((await plain.json()) as { code: string }).code]).toEqual([404, 'NOT_FOUND']);
  });
});

const text = (content: string): Buffer => Buffer.from(content);

test.each([
  ['RSV1 without an extension', frame(text('{}'), { rsv: 4 }), 1002],
  ['a frame that is not masked', frame(text('{}'), { masked: false }), 1002],
  ['an announced length of 2^62', frame(text(''), { length: 2n ** 62n }), 1009],
  ['text that is no UTF-8', frame(Buffer.from([0xff, 0xfe])), 1007],
  ['a message of 65 KiB', frame(Buffer.alloc(65 * 1024, 'x')), 1009],
  [
    '65 KiB in two parts',
    Buffer.concat([frame(Buffer.alloc(40_000), { fin: false }), frame(Buffer.alloc(40_000), { opcode: 0 })]),
    1009,
  ],
  ['the text {', frame(text('{')), 4400],
  ['an empty text', frame(text('')), 4400],
  ['bytes', frame(text('{}'), { opcode: 2 }), 1003],
  ['an opcode that means nothing', frame(text(''), { opcode: 3 }), 1002],
  ['a continuation of nothing', frame(text('{}'), { opcode: 0 }), 1002],
  ['a ping in parts', frame(text(''), { opcode: 9, fin: false }), 1002],
])('case 60: %s ends that connection with its code and touches no other', async (_what, bytes, code) => {
  const server = await SocketServer.start();
  const agent = server.begin(1, null);
  const witness = await TestSocket.open(server.url, path);
  const hostile = await RawSocket.open(server.url, path, operatorToken);
  hostile.socket.write(bytes);
  expect(await hostile.closeCode()).toBe(code);
  server.publish(waiting(agent, 'still here'));
  await witness.until('the event', (messages) => messages.at(-1)?.seq === 4);
  expect(witness.closed).toBeNull();
});

test('a ping is answered, other JSON is passed over', async () => {
  const server = await SocketServer.start();
  const socket = await TestSocket.open(server.url, path);
  for (const message of ['{"type":"stop"}', '[]', 'null', '"ping"', '{"type":"ping","more":1}'])
    socket.socket.send(message);
  await socket.until('the pong', (messages) => messages.at(-1)?.type === 'pong');
  expect(socket.messages.map(({ type }) => type)).toEqual(['snapshot', 'pong']);
  expect(socket.closed).toBeNull();
});

describe('who does not read', () => {
  test('case 61: is dropped with 4408 once too much waits, and others miss nothing', async () => {
    const server = await SocketServer.start({ limits: { mostQueuedBytes: 256 * 1024 } });
    const agent = server.begin(1, null);
    const witness = await TestSocket.open(server.url, path);
    const stalled = await TestSocket.open(server.url, path);
    stalled.socket.pause();
    const long = 'x'.repeat(16 * 1024);
    await waitFor('it is let go', async () => {
      server.publish(waiting(agent, `${long}${server.seq}`));
      await new Promise((resolve) => setImmediate(resolve));
      return server.listeners === 1;
    });
    stalled.socket.resume();
    expect(await stalled.closing()).toMatchObject({ code: 4408 });
    await witness.until('the last event', () => witness.numbers().at(-1) === server.seq);
    expect(witness.numbers()).toEqual(server.events.slice(3).map(({ seq }) => seq));
  });

  test('is dropped when nothing is taken for a while, however little waits', async () => {
    const server = await SocketServer.start({ limits: { stalledMs: 140, mostQueuedBytes: 2 ** 30 } });
    const agent = server.begin(1, null);
    const stalled = await TestSocket.open(server.url, path);
    stalled.socket.pause();
    // More than what the system takes for it, and less than what may wait.
    const long = 'x'.repeat(64 * 1024);
    await waitFor('it is let go', async () => {
      if (server.seq < 200) server.publish(waiting(agent, `${long}${server.seq}`));
      await new Promise((resolve) => setTimeout(resolve, 1));
      return server.listeners === 0;
    });
    stalled.socket.resume();
    expect(await stalled.closing()).toMatchObject({ code: 4408 });
  });

  test('gets a fleet that is larger than what may wait, and the events after it', async () => {
    const server = await SocketServer.start({ limits: { mostQueuedBytes: 10_000 } });
    const agent = server.begin(1, null, 'n'.repeat(16_000_000)); // More than what the system takes at once.
    const opening = TestSocket.open(server.url, path);
    await waitFor('it follows', () => server.listeners === 1);
    server.publish(waiting(agent, 'a'), waiting(agent, 'b'));
    const socket = await opening;
    await socket.until('both', () => socket.numbers().length === 2);
    expect(socket.closed).toBeNull();
  });

  test('but reads at last is told everything that was sent before the end', async () => {
    const accepting = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => accepting.close());
    const whole = 'x'.repeat(16_000_000); // More than what the system takes at once.
    const ended: Promise<void>[] = [];
    accepting.on('connection', (socket) => {
      const connection = new Connection(socket, { ...usualLimits, closingMs: 10 });
      connection.sendAll([JSON.stringify({ whole })]);
      ended.push(connection.finish(1000, 'all was sent'));
    });
    await once(accepting, 'listening');
    const slow = await TestSocket.open(`127.0.0.1:${(accepting.address() as AddressInfo).port}`, '/');
    slow.socket.pause();
    setTimeout(() => slow.socket.resume(), 200);
    expect(await slow.closing()).toEqual({ code: 1000, reason: 'all was sent' });
    expect(slow.messages).toEqual([{ whole }]);
    await Promise.all(ended);
  });

  test('and answers no pings is dropped after the second', async () => {
    const server = await SocketServer.start({ limits: { heartbeatMs: 60 } });
    const alive = await TestSocket.open(server.url, path);
    const dead = await RawSocket.open(server.url, path, operatorToken);
    expect(await dead.closeCode()).toBe(4408);
    expect(alive.closed).toBeNull();
  });

  test('and pings all the time is dropped like any other', async () => {
    const server = await SocketServer.start({ limits: { mostQueuedBytes: 64 * 1024 } });
    const hostile = await RawSocket.open(server.url, path, operatorToken);
    hostile.socket.pause();
    const pings = Buffer.concat(Array.from({ length: 2000 }, () => frame(Buffer.alloc(125), { opcode: 9 })));
    await waitFor('it is let go', async () => {
      if (hostile.socket.writable) hostile.socket.write(pings);
      await new Promise((resolve) => setImmediate(resolve));
      return server.listeners === 0;
    });
    hostile.socket.resume();
    expect([4408, null]).toContain(await hostile.closeCode()); // null: cut before it read why.
  });
});
