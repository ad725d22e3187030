/** The sockets of the built coordinator, with real agents, over its death and its return. */
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { FollowState } from '../../clients/typescript/follow-state.ts';
import { followLog } from '../../clients/typescript/log-feed.ts';
import { followFleet } from '../../clients/typescript/socket-client.ts';
import { agentsInOrder, emptyFleet, type Fleet, fleet } from '../../protocol/fleet.ts';
import { fromSnapshot } from '../../protocol/fleet-snapshot.ts';
import { agentRecord } from '../../protocol/record.ts';
import { intervalMessageSchema } from '../../protocol/socket-messages.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { refusal, TestSocket } from '../rig/socket-server.ts';
import { waitFor } from '../rig/wait-for.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'demo',
      limits: { max_running: 50, min_free_memory_mb: 0 },
      report: { required: false },
    },
  });
});
afterAll(async () => {
  await coordinator.dispose();
});

const host = (): string => `127.0.0.1:${coordinator.port}`;

async function deploy(prompt: string, fields: Record<string, unknown> = {}): Promise<string> {
  const answer = await coordinator.client.deploy({ agent_type: 'L1', config: { prompt }, ...fields });
  return valueOf(answer).record.agent_id;
}

/** A client that stays over restarts, and what it was told. */
function follower() {
  const seen = { fleet: emptyFleet as Fleet, numbers: [] as number[], snapshots: 0, states: [] as FollowState[] };
  const feed = followFleet({
    client: coordinator.client,
    WebSocket,
    backOffMs: [20],
    onSnapshot: (snapshot) => {
      seen.fleet = fromSnapshot(snapshot);
      seen.snapshots += 1;
    },
    onEvent: (event) => {
      seen.fleet = fleet(seen.fleet, event);
      seen.numbers.push(event.seq);
    },
    onState: (state) => void seen.states.push(state),
  });
  onTestFinished(() => feed.close());
  const live = () =>
    waitFor('it is live', () => seen.states.at(-1)?.status === 'live', {
      timeoutMs: 20_000,
      seen: () => seen.states.at(-1),
    });
  return { seen, live };
}

/** Everything that was told is one thread, and folds to what the API lists. */
async function expectWhole(seen: ReturnType<typeof follower>['seen']): Promise<void> {
  const list = await waitFor('the client has caught up', async () => {
    const agents = valueOf(await coordinator.client.list()).agents;
    const told = agentsInOrder(seen.fleet).map(agentRecord);
    return isDeepStrictEqual(told, agents) && { agents, told };
  });
  expect(list.told).toEqual(list.agents);
  expect(seen.numbers).toEqual(seen.numbers.map((_, index) => (seen.numbers[0] ?? 0) + index));
}

test('a client that was open goes on by number over a kill and a restart, with one snapshot in its life', async () => {
  const { seen, live } = follower();
  await live();
  const agentId = await deploy('@say one\n@work 1s\n@say two');
  const port = coordinator.port;
  await coordinator.crash();
  await coordinator.start(port);
  await live();
  await coordinator.ended(agentId);
  await deploy('@say three');
  await expectWhole(seen);
  expect(seen.snapshots).toBe(1);
});

test('killed at any point, no event is missing and none comes twice', { timeout: 120_000 }, async () => {
  const { seen, live } = follower();
  await live();
  await fc.assert(
    fc.asyncProperty(fc.nat(3), fc.nat(12), async (count, turns) => {
      const port = coordinator.port;
      const asked = Array.from({ length: count + 1 }, () =>
        coordinator.client.deploy({ agent_type: 'L1', config: { prompt: '@say x' } }),
      );
      for (let turn = 0; turn < turns * 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      await coordinator.crash();
      await Promise.all(asked); // Answered or broken: both are allowed here.
      await coordinator.start(port);
      await live();
    }),
    { numRuns: 6, endOnFailure: true },
  );
  await waitFor('all have ended', async () =>
    valueOf(await coordinator.client.list()).agents.every(
      ({ status }) => !['queued', 'starting', 'running'].includes(status),
    ),
  );
  await expectWhole(seen);
  expect(seen.snapshots).toBe(1);
});

test('who was away too long, or kept a number of another journal, gets a snapshot', async () => {
  const { seq } = (await TestSocket.open(host(), '/ws/coordinator', coordinator.token).then(async (socket) => {
    await socket.until('the snapshot', (messages) => messages.length > 0);
    return socket.messages[0];
  })) as { seq: number };
  const ahead = await TestSocket.open(host(), `/ws/coordinator?since=${seq + 1000}`, coordinator.token);
  await ahead.until('a message', (messages) => messages.length > 0);
  expect(ahead.messages[0]?.type).toBe('snapshot');
});

test('case 78: an agent follows its own branch until it has ended, and its token is worth nothing after it', async () => {
  const top = await deploy('@say up\n@until go', { request_id: 'follows_itself' });
  const token = await coordinator.agentToken(top);
  const socket = await TestSocket.open(host(), '/ws/coordinator', token);
  await socket.until('the snapshot', (messages) => messages.length > 0);
  expect(socket.messages[0]).toMatchObject({ fleet: { agents: [{ facts: { agent_id: top } }], externals: [] } });
  const child = await deploy('@say child', { agent_type: 'L2', parent_agent: top });
  await deploy('@say not yours');
  await coordinator.ended(child);
  await coordinator.client.stop(top);
  expect(await socket.closing()).toMatchObject({ code: 4401 });
  const ids = new Set(JSON.stringify(socket.messages).match(/agent_\d{8}_\d{6}_\d+/g));
  expect([...ids].sort()).toEqual([top, child].sort());
  expect(socket.messages.at(-1)).toMatchObject({ event: { type: 'agent_ended', agent_id: top } });
  expect(await refusal(host(), '/ws/coordinator', { authorization: `Bearer ${token}` })).toBe(401);
});

test('the log of a branch, as it is printed, goes on over a restart, and is over when all have ended', async () => {
  const top = await deploy('@say first\n@until go-on\n@say héllo 🦀', { request_id: 'printed' });
  const texts = new Map<string, string>();
  const ends: string[] = [];
  let isDone = false;
  const feed = followLog({
    client: coordinator.client,
    WebSocket,
    agentId: top,
    tree: true,
    from: 0,
    backOffMs: [20],
    onState: () => undefined,
    onText: ({ agent_id, text }) => texts.set(agent_id, (texts.get(agent_id) ?? '') + text),
    onEnd: ({ agent_id }) => ends.push(agent_id),
    onDone: () => (isDone = true),
  });
  onTestFinished(() => feed.close());
  await waitFor('the first line', () => texts.get(top)?.includes('first'), { seen: () => [...texts] });
  const child = await deploy('@say I am new', { agent_type: 'L2', parent_agent: top });
  const port = coordinator.port;
  await coordinator.crash();
  await coordinator.start(port);
  await coordinator.ended(child);
  writeFileSync(coordinator.path('go-on'), '');
  await waitFor('it is over', () => isDone, { timeoutMs: 20_000, seen: () => ({ texts: [...texts], ends }) });
  expect(Object.fromEntries(texts)).toEqual(Object.fromEntries([top, child].map((id) => [id, coordinator.log(id)])));
  expect(coordinator.log(top)).toContain('héllo 🦀');
  expect(ends.sort()).toEqual([top, child].sort());
});

test('an interval is what the first dashboard reads', async () => {
  const agentId = await deploy('@say x');
  await coordinator.ended(agentId);
  const socket = await TestSocket.open(host(), '/ws/coordinator?interval=1', coordinator.token);
  await socket.until('two of them', (messages) => messages.length === 2);
  const message = intervalMessageSchema.parse(socket.messages[1]);
  expect(message.agents.find(({ agent_id }) => agent_id === agentId)).toMatchObject({
    agent_type: 'L1',
    parent_agent: null,
    status: 'completed',
    execution_time_seconds: expect.any(Number),
  });
  expect(message.agents).toEqual(
    valueOf(await coordinator.client.list()).agents.map((record) => ({
      ...record,
      process_info: { cpu_percent: record.cpu_percent, memory_mb: record.memory_mb },
    })),
  );
});
