import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { FollowState } from '../../../clients/typescript/follow-state.ts';
import { createHttpClient } from '../../../clients/typescript/http-client.ts';
import { type FleetFeed, followFleet } from '../../../clients/typescript/socket-client.ts';
import type { SocketMessage } from '../../../protocol/socket-messages.ts';
import { emptyFleet, fleet } from '../../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { type ContractServer, json, problem, type Script, startContractServer } from '../../rig/contract-server.ts';
import { waitFor } from '../../rig/wait-for.ts';

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing.close();
});

const snapshot = (seq: number): SocketMessage => ({
  type: 'snapshot',
  seq,
  timestamp: '2025-11-09T14:30:00.000Z',
  fleet: { ...toSnapshot(emptyFleet), seq },
});
const event = (seq: number): SocketMessage => ({
  type: 'event',
  seq,
  event: { type: 'external_seen', at: '2025-11-09T14:30:00.000Z', agent_id: `outside_${seq}`, level: 1 },
});

const say = (socket: WebSocket, ...messages: SocketMessage[]): void => {
  for (const message of messages) socket.send(JSON.stringify(message));
};

async function serve(onSocket: NonNullable<Script['onSocket']>, routes: Script['routes'] = {}, port = 0) {
  const tickets = { 'POST /api/ticket': json({ ticket: 'pass' }) };
  const server = await startContractServer({ onSocket, routes: { ...tickets, ...routes }, port });
  open.push(server);
  return server;
}

/** Follows a server and writes down every callback in order. */
function follow(server: Pick<ContractServer, 'url'>, backOffMs: readonly number[] = [10], silenceMs = 40_000) {
  const diary: string[] = [];
  const states: FollowState[] = [];
  const feed: FleetFeed = followFleet({
    client: createHttpClient({ url: server.url, token: 'secret' }),
    WebSocket,
    onSnapshot: ({ seq }) => diary.push(`snapshot ${seq}`),
    onEvent: ({ seq }) => diary.push(`event ${seq}`),
    onState: (state) => {
      states.push(state);
      diary.push(state.status === 'lost' && state.nextTryAt === null ? 'trying' : state.status);
    },
    backOffMs,
    silenceMs,
  });
  open.push(feed);
  const until = (last: string) => waitFor(`"${last}"`, () => diary.includes(last), { seen: () => diary });
  return { diary, states, feed, until };
}

describe('following the fleet', () => {
  it('delivers the snapshot and then the events that continue it', async () => {
    const server = await serve((socket) => say(socket, snapshot(4), event(5), event(6)));
    const { diary, until } = follow(server);
    await until('event 6');
    expect(diary).toEqual(['connecting', 'snapshot 4', 'live', 'event 5', 'event 6']);
    expect(server.sockets[0]?.search).toBe('?ticket=pass');
  });

  it('gives what the reducer needs to rebuild the fleet', async () => {
    const server = await serve((socket) => say(socket, snapshot(0), event(1), event(2)));
    let state = emptyFleet;
    const feed = followFleet({
      client: createHttpClient({ url: server.url, token: 'secret' }),
      WebSocket,
      onSnapshot: (whole) => (state = fromSnapshot(whole)),
      onEvent: (next) => (state = fleet(state, next)),
      onState: () => undefined,
    });
    open.push(feed);
    await waitFor('both events', () => state.seq === 2);
    expect([...state.externals.keys()].sort()).toEqual(['outside_1', 'outside_2']);
  });

  it('goes on after a lost connection where it ended, with a new ticket', async () => {
    const server = await serve((socket, index) => {
      if (index === 0) {
        say(socket, snapshot(4), event(5));
        socket.close(1001);
      } else say(socket, event(6));
    });
    const { diary, states, until } = follow(server);
    await until('event 6');
    expect(diary).toEqual(['connecting', 'snapshot 4', 'live', 'event 5', 'lost', 'trying', 'live', 'event 6']);
    expect(server.sockets[1]?.searchParams.get('since')).toBe('5');
    expect(server.seen.filter(({ path }) => path === '/api/ticket')).toHaveLength(2);
    const lost = states.find(({ status }) => status === 'lost');
    expect(lost).toMatchObject({ failure: { code: 'UNREACHABLE' } });
    expect(lost?.status === 'lost' ? lost.failure.message : '').toContain('is stopping');
  });

  it('takes a snapshot instead when the coordinator cannot resume', async () => {
    const server = await serve((socket, index) => {
      say(socket, snapshot(index === 0 ? 4 : 90));
      if (index === 0) socket.terminate();
      else say(socket, event(91));
    });
    const { diary, until } = follow(server);
    await until('event 91');
    expect(diary.slice(-3)).toEqual(['live', 'snapshot 90', 'event 91']);
  });

  it('hands out no event twice when the resumed stream overlaps', async () => {
    const server = await serve((socket, index) => {
      if (index === 0) {
        say(socket, snapshot(4), event(5));
        socket.close(4408);
      } else say(socket, event(4), event(5), event(6));
    });
    const { diary, until } = follow(server);
    await until('event 6');
    expect(diary.filter((line) => line.startsWith('event'))).toEqual(['event 5', 'event 6']);
  });

  it('heals a gap by resuming before it, and by a snapshot when that shows the gap again', async () => {
    const server = await serve((socket, index) => {
      if (index === 0) say(socket, snapshot(4), event(7));
      else if (index === 1) say(socket, event(7));
      else say(socket, snapshot(7), event(8));
    });
    const { diary, until } = follow(server);
    await until('event 8');
    expect(diary).not.toContain('event 7');
    expect(server.sockets.map((address) => address.searchParams.get('since'))).toEqual([null, '4', null]);
  });

  it('follows a branch, whose events have gaps, and notices one that was lost', async () => {
    const of = (seq: number, after: number): SocketMessage => ({ ...event(seq), after }) as SocketMessage;
    const beat = (seq: number, after: number): SocketMessage => ({ type: 'heartbeat', seq, after, timestamp: '' });
    const server = await serve((socket, index) => {
      if (index === 0) say(socket, snapshot(4), of(9, 4), beat(20, 9), of(31, 20), of(40, 35));
      else say(socket, of(35, 31), of(40, 35));
    });
    const { diary, until } = follow(server);
    await until('event 40');
    expect(diary.filter((line) => line.startsWith('event'))).toEqual(['event 9', 'event 31', 'event 35', 'event 40']);
    expect(server.sockets[1]?.searchParams.get('since')).toBe('31');
  });

  it('goes on from where a heartbeat said that the stream has come to', async () => {
    const server = await serve((socket, index) => {
      if (index === 0) say(socket, snapshot(4), { type: 'heartbeat', seq: 20, after: 4, timestamp: '' });
      if (index === 0) socket.close(1001);
      else say(socket, event(21));
    });
    const { until } = follow(server);
    await until('event 21');
    expect(server.sockets[1]?.searchParams.get('since')).toBe('20');
  });

  it('notices by a heartbeat that an event never came', async () => {
    const server = await serve((socket, index) => {
      if (index === 0) say(socket, snapshot(4), { type: 'heartbeat', seq: 5, timestamp: '' });
      else say(socket, event(5));
    });
    const { diary, until } = follow(server);
    await until('event 5');
    expect(diary).toContain('lost');
    expect(server.sockets[1]?.searchParams.get('since')).toBe('4');
  });

  it('takes a connection on which nothing comes for dead, and goes on over a new one', async () => {
    const server = await serve((socket, index) => {
      if (index === 0) say(socket, snapshot(4));
      else say(socket, event(5));
    });
    const { diary, states, until } = follow(server, [10], 60);
    await until('event 5');
    expect(diary.slice(0, 4)).toEqual(['connecting', 'snapshot 4', 'live', 'lost']);
    expect(states[2]).toMatchObject({
      failure: { code: 'UNREACHABLE', message: expect.stringContaining('Nothing came') },
    });
  });

  it('stays on a connection that only beats', async () => {
    const server = await serve((socket) => {
      say(socket, snapshot(4));
      const beats = setInterval(() => say(socket, { type: 'heartbeat', seq: 4, timestamp: '' }), 20);
      const ends = setTimeout(() => say(socket, event(5)), 400);
      socket.on('close', () => {
        clearInterval(beats);
        clearTimeout(ends);
      });
    });
    const { diary, until } = follow(server, [10], 200);
    await until('event 5');
    expect(diary).toEqual(['connecting', 'snapshot 4', 'live', 'event 5']);
  });

  it('waits longer after each failed try, and tries at once when told', async () => {
    const server = await serve(() => undefined, { 'POST /api/ticket': problem({ code: 'STOPPING', message: 'bye' }) });
    const { states, feed } = follow(server, [20, 60_000]);
    const pauses = () =>
      states.flatMap((state) => (state.status === 'lost' && state.nextTryAt !== null ? [state.nextTryAt] : []));
    await waitFor('two failed tries', () => pauses().length === 2, { seen: () => states });
    expect((pauses()[1] ?? 0) - Date.now()).toBeGreaterThan(50_000);
    feed.retryNow();
    await waitFor('a third try', () => pauses().length === 3, { seen: () => states });
    const since = states.flatMap((state) => (state.status === 'lost' ? [state.since] : []));
    expect(new Set(since).size).toBe(1);
  });

  it('finds a coordinator that starts later', async () => {
    const gone = await serve(() => undefined);
    await gone.close();
    const { diary, until } = follow(gone);
    await until('trying');
    await serve((socket) => say(socket, snapshot(1)), {}, gone.port);
    await until('live');
    expect(diary[0]).toBe('connecting');
  });

  it('stops for good when the token is refused', async () => {
    const refusal = { code: 'UNAUTHENTICATED', message: 'No such token.' } as const;
    const server = await serve(() => undefined, { 'POST /api/ticket': problem(refusal) });
    const { states, until } = follow(server);
    await until('refused');
    expect(states.at(-1)).toEqual({ status: 'refused', failure: refusal });
    expect(server.seen).toHaveLength(1);
  });

  it('hangs up on a message of the wrong shape and starts over', async () => {
    const server = await serve((socket, index) => {
      if (index === 0) socket.send('{"type":"snapshot"}');
      else say(socket, snapshot(2));
    });
    const { states, until } = follow(server);
    await until('live');
    expect(states[1]).toMatchObject({ status: 'lost', failure: { code: 'UNEXPECTED_ANSWER' } });
  });

  it('is silent after close, even with a connection under way', async () => {
    const server = await serve((socket) => say(socket, snapshot(1), event(2)));
    const { diary, feed } = follow(server);
    feed.close();
    await waitFor('the ticket request that was under way', () => server.seen.length === 1);
    const second = follow(server);
    await second.until('event 2');
    expect(diary).toEqual(['connecting']);
    expect(server.sockets).toHaveLength(1);
  });
});
