import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { hashToken } from '../../../../main/coordinator/tokens.ts';
import { emptyFleet, fleet } from '../../../../protocol/fleet.ts';
import { fromSnapshot } from '../../../../protocol/fleet-snapshot.ts';
import { toldSnapshot } from '../../../../protocol/told-event.ts';
import {
  intervalMessageSchema,
  type SocketMessage,
  socketMessageSchema,
} from '../../../../protocol/socket-messages.ts';
import { branchSnapshot } from '../../../../main/coordinator/events/branch-view.ts';
import { refusal, SocketServer, TestSocket, tokenOf, waiting } from '../../../rig/socket-server.ts';
import { waitFor } from '../../../rig/wait-for.ts';

const path = '/ws/coordinator';
const messagesOf = (socket: TestSocket): SocketMessage[] =>
  socket.messages.map((one) => socketMessageSchema.parse(one));
const fold = (messages: readonly SocketMessage[], start = emptyFleet) =>
  messages.reduce(
    (state, one) =>
      one.type === 'snapshot' ? fromSnapshot(one.fleet) : one.type === 'event' ? fleet(state, one) : state,
    start,
  );
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index + 1);

describe('resuming', () => {
  test('what the hub no longer holds comes from the journal, with what happens meanwhile right behind it', async () => {
    const server = await SocketServer.start();
    const agent = server.begin(1, null);
    for (let count = 0; count < 5000; count++) server.publish(waiting(agent, `${count}`));
    const opening = TestSocket.open(server.url, `${path}?since=2`);
    const pushing = (async () => {
      for (let count = 0; count < 200; count++) {
        server.publish(waiting(agent, `meanwhile ${count}`));
        await setImmediate();
      }
    })();
    const socket = await opening;
    await pushing;
    await socket.until('the last event', () => socket.numbers().at(-1) === server.seq);
    expect(socket.numbers()).toEqual(upTo(2, server.seq));
    expect(server.journalReads).toBe(1);
    expect(JSON.stringify(socket.messages)).not.toContain('a prompt');
  });

  test('a place that is not in this journal yet gets a snapshot', async () => {
    const server = await SocketServer.start();
    server.begin(1, null);
    const socket = await TestSocket.open(server.url, `${path}?since=99`);
    await socket.until('a message', (messages) => messages.length > 0);
    expect(socket.messages[0]).toMatchObject({ type: 'snapshot', seq: 3 });
  });

  test.each(['since=-1', 'since=x', 'since=1e3', 'interval=0.5', 'interval=61', 'interval=', 'since=1&since=2'])(
    '%s is refused before it is a socket',
    async (query) => {
      const server = await SocketServer.start();
      const headers = { authorization: `Bearer ${'o'.repeat(43)}` };
      expect(await refusal(server.url, `${path}?${query}`, headers)).toBe(422);
    },
  );
});

describe('an agent', () => {
  test('is shown its branch, then its branch’s events, and is let go when it has ended', async () => {
    const server = await SocketServer.start();
    const top = server.begin(1, null);
    const other = server.begin(2, null);
    const child = server.begin(3, top);
    const socket = await TestSocket.open(server.url, path, tokenOf(top));
    server.publish(waiting(other, 'not yours'));
    const later = server.begin(4, child);
    server.publish({ type: 'coordinator_started', at: '', pid: 1, version: '1', boot_id: null });
    server.end(later);
    server.publish({ type: 'agents_forgotten', at: '', agent_ids: [other, later] });
    server.end(other);
    server.end(top);
    expect(await socket.closing()).toEqual({ code: 4401, reason: 'the agent has ended' });
    const messages = messagesOf(socket);
    expect(JSON.stringify(messages)).not.toContain(other);
    const folded = fold(messages);
    const whole = server.events.reduce(fleet, emptyFleet);
    expect({ ...branchSnapshot(folded, top), seq: 0 }).toEqual({ ...toldSnapshot(branchSnapshot(whole, top)), seq: 0 });
    expect(JSON.stringify(messages)).not.toMatch(/"(token_sha256|nonce)":"[^"]/);
    expect([...folded.agents.keys()].sort()).toEqual([top, child]);
    expect(folded.agents.get(top)?.life.status).toBe('ended');
    // Each message says where the one before ended, so that a gap is told from what was not for it.
    let place = 0;
    for (const one of messages) {
      if (one.type === 'event') expect(one.after).toBe(place);
      if ('seq' in one) place = one.seq;
    }
  });

  test('goes on after a place in the journal, also over events that were not for it', async () => {
    const server = await SocketServer.start();
    const top = server.begin(1, null);
    server.begin(2, null);
    const since = server.seq;
    server.begin(3, null);
    const child = server.begin(4, top);
    for (let count = 0; count < 5000; count++) server.publish(waiting(child, `${count}`));
    const socket = await TestSocket.open(server.url, `${path}?since=${since}`, tokenOf(top));
    await socket.until('the last event', () => socket.numbers().at(-1) === server.seq);
    expect(socket.numbers()).toEqual(upTo(since + 3, server.seq));
    expect(socket.messages[0]).toMatchObject({ after: since });
  });

  test('gets a snapshot where some were forgotten meanwhile: whose they were, nothing tells', async () => {
    const server = await SocketServer.start();
    const top = server.begin(1, null);
    const child = server.begin(2, top);
    server.end(child);
    const since = server.seq;
    server.publish({ type: 'agents_forgotten', at: '', agent_ids: [child] });
    const socket = await TestSocket.open(server.url, `${path}?since=${since}`, tokenOf(top));
    await socket.until('a message', (messages) => messages.length > 0);
    expect(socket.messages[0]).toMatchObject({ type: 'snapshot', seq: server.seq, fleet: { agents: [{}] } });
  });

  test('that is started again needs its new token', async () => {
    const server = await SocketServer.start();
    const top = server.begin(1, null);
    const socket = await TestSocket.open(server.url, path, tokenOf(top));
    const ending = { status: 'failed' } as never;
    server.publish({
      type: 'agent_restarting',
      at: '',
      agent_id: top,
      attempt: 1,
      ending,
      until: '',
      reason: '',
      failures: 1,
    });
    expect(await socket.closing()).toMatchObject({ code: 4401 });
  });
});

test('an interval sends everything the caller may see, and nothing else', async () => {
  const server = await SocketServer.start({ limits: { heartbeatMs: 50 } });
  const top = server.begin(1, null);
  const child = server.begin(2, top);
  server.begin(3, null);
  server.end(child);
  const all = await TestSocket.open(server.url, `${path}?interval=1&since=1`);
  const own = await TestSocket.open(server.url, `${path}?interval=1`, tokenOf(top));
  server.publish(waiting(top, 'an event'));
  await all.until('the second', (messages) => messages.length === 2);
  await own.until('the second', (messages) => messages.length === 2);
  const [first] = all.messages.map((one) => intervalMessageSchema.parse(one));
  expect(first).toMatchObject({ active_agents: 2 });
  expect(first?.agents.map(({ agent_id, status }) => [agent_id, status])).toEqual([
    [top, 'running'],
    [child, 'completed'],
    ['agent_20251109_143000_3', 'running'],
  ]);
  expect(first?.agents[0]?.process_info).toEqual({ cpu_percent: null, memory_mb: null });
  expect(intervalMessageSchema.parse(own.messages[0]).agents.map(({ agent_id }) => agent_id)).toEqual([top, child]);
});

test('a heartbeat says how far the stream has come, for the branch of an agent too', async () => {
  const server = await SocketServer.start({ limits: { heartbeatMs: 40 } });
  const top = server.begin(1, null);
  const all = await TestSocket.open(server.url, path);
  const own = await TestSocket.open(server.url, path, tokenOf(top));
  server.begin(2, null);
  const beat = (socket: TestSocket) =>
    socket.until('a heartbeat at 6', (messages) => messages.some(({ type, seq }) => type === 'heartbeat' && seq === 6));
  await beat(all);
  await beat(own);
  expect(own.numbers()).toEqual([]);
  const place = own.messages.findIndex(({ type, seq }) => type === 'heartbeat' && seq === 6);
  expect(own.messages[place]).toMatchObject({ after: 3 });
});

test('everybody is told when the coordinator stops, and nobody listens on', async () => {
  const server = await SocketServer.start();
  const socket = await TestSocket.open(server.url, path);
  await socket.until('the snapshot', (messages) => messages.length > 0);
  await server.close();
  expect(await socket.closing()).toMatchObject({ code: 1001 });
  await waitFor('nobody listens', () => server.listeners === 0);
});

test('no hash of a token and no mark of a run is told, neither in a snapshot nor with an event', async () => {
  const server = await SocketServer.start();
  const top = server.begin(1, null);
  const sockets = [await TestSocket.open(server.url, path), await TestSocket.open(server.url, path, tokenOf(top))];
  const child = server.begin(2, top);
  for (const socket of sockets) {
    await socket.until('the child began', (messages) =>
      messages.some((one) => JSON.stringify(one).includes(child) && JSON.stringify(one).includes('agent_started')),
    );
    const told = JSON.stringify(socket.messages);
    for (const agent of [top, child]) expect(told).not.toContain(hashToken(tokenOf(agent)));
    expect(told).not.toContain('"nonce":"n"');
    expect(told).toContain('"nonce":""');
  }
});

test('what was measured last is told right behind the snapshot, not only after the next look', async () => {
  const server = await SocketServer.start();
  const agents = Array.from({ length: 300 }, (_, at) => server.begin(at + 1, null));
  const socket = await TestSocket.open(server.url, `${path}?measured=1`);
  await socket.until('the numbers', (messages) => messages.some(({ type }) => type === 'measured'));
  expect(messagesOf(socket).map(({ type }) => type)).toEqual(['snapshot', 'measured']);
  expect(messagesOf(socket)[1]).toMatchObject({ agents: agents.map((id) => [id, 12.5, 80]) });
});
