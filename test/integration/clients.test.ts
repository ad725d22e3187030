/** The clients against a running coordinator: what they agree on, and a restart in the middle. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createFileClient } from '../../clients/typescript/file-client.ts';
import type { FollowState } from '../../clients/typescript/follow-state.ts';
import { followFleet } from '../../clients/typescript/socket-client.ts';
import { agentsInOrder, emptyFleet, fleet } from '../../protocol/fleet.ts';
import { fromSnapshot } from '../../protocol/fleet-snapshot.ts';
import { agentRecord } from '../../protocol/record.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

let coordinator: TestCoordinator;
beforeEach(async () => {
  coordinator = await TestCoordinator.start({ config: { default_runtime: 'demo' } });
});
afterEach(async () => {
  await coordinator.dispose();
});

const task = { agent_type: 'L1', config: { prompt: '@say hello\n@report done\n' } };

test('the fleet folded from the socket is the fleet that the coordinator lists', async () => {
  const seen = { fleet: emptyFleet, snapshots: 0, states: [] as FollowState[] };
  const feed = followFleet({
    client: coordinator.client,
    WebSocket,
    onSnapshot: (snapshot) => {
      seen.fleet = fromSnapshot(snapshot);
      seen.snapshots++;
    },
    onEvent: (event) => (seen.fleet = fleet(seen.fleet, event)),
    onState: (state) => seen.states.push(state),
  });
  try {
    await waitFor('the socket is live', () => seen.states.at(-1)?.status === 'live', { seen: () => seen.states });
    for (const name of ['one', 'two', 'three']) await coordinator.client.deploy({ ...task, name });
    await waitFor('all three have ended', () => seen.fleet.accepted === 3 && seen.fleet.living.size === 0, {
      seen: () => agentsInOrder(seen.fleet).map(agentRecord),
    });
    const list = await coordinator.client.list();
    expect(agentsInOrder(seen.fleet).map(agentRecord)).toEqual(list.ok ? list.value.agents : list.failure);
    expect(seen.states.map(({ status }) => status)).toEqual(['connecting', 'live']);
    expect(seen.snapshots).toBe(1);
  } finally {
    feed.close();
  }
});

test('the socket tells of a coordinator that is gone, with the time it was lost and of the next try', async () => {
  const states: FollowState[] = [];
  const ignore = (): void => undefined;
  const onState = (state: FollowState): void => void states.push(state);
  const feed = followFleet({ client: coordinator.client, WebSocket, onSnapshot: ignore, onEvent: ignore, onState });
  try {
    await waitFor('the socket is live', () => states.at(-1)?.status === 'live', { seen: () => states });
    await coordinator.stop();
    const lost = await waitFor('the loss', () => states.find(({ status }) => status === 'lost'), {
      seen: () => states,
    });
    expect(lost).toMatchObject({ failure: { code: 'UNREACHABLE', message: expect.stringContaining(coordinator.url) } });
  } finally {
    feed.close();
  }
});

test('files and HTTP give the same answers', async () => {
  const files = createFileClient({ root: coordinator.root, parentAgent: null, timeoutMs: 15_000 });
  const deployed = await files.deploy({ ...task, request_id: 'by_file' });
  const id = deployed.ok ? deployed.value.record.agent_id : JSON.stringify(deployed.failure);
  const ended = await coordinator.ended(id);
  expect(await files.get(id)).toEqual({ ok: true, value: ended });
  expect(await files.list()).toEqual(await coordinator.client.list());
  expect(await files.report(id)).toEqual(await coordinator.client.report(id));
  expect(await files.get('agent_20200101_000000_9')).toEqual(await coordinator.client.get('agent_20200101_000000_9'));
  const http = await coordinator.client.deploy({ ...task, request_id: 'by_file' });
  expect(http).toMatchObject({ ok: true, value: { replayed: true, record: { agent_id: id } } });
});
