/** Approvals over the doors of the built coordinator: HTTP, WebSocket, files, and a crash in between. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createHttpClient, type HttpClient } from '../../clients/typescript/http-client.ts';
import { followFleet } from '../../clients/typescript/socket-client.ts';
import { emptyFleet, type Fleet, fleet } from '../../protocol/fleet.ts';
import { fromSnapshot } from '../../protocol/fleet-snapshot.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'sleeper',
      runtimes: { sleeper: { kind: 'command', command: '/bin/sleep', args: ['300'], prompt: 'file' } },
      limits: { min_free_memory_mb: 0 },
      report: { required: false },
      approvals: { timeout_seconds: 600 },
    },
  });
});
afterAll(async () => {
  await coordinator.dispose();
});

/** An agent that runs, and a client with its token. */
async function sleeper(): Promise<{ agentId: string; client: () => HttpClient }> {
  const deployed = valueOf(await coordinator.client.deploy({ agent_type: 'L1', config: { prompt: 'x' } }));
  const agentId = deployed.record.agent_id;
  const token = await coordinator.agentToken(agentId);
  return { agentId, client: () => createHttpClient({ url: coordinator.url, token }) };
}

const question = { tool_use_id: 'call-1', tool_name: 'deploy', input: { version: '1.2' } };

/** What a dashboard would know. */
function follower(): { fleet: Fleet } {
  const seen = { fleet: emptyFleet };
  const feed = followFleet({
    client: coordinator.client,
    WebSocket,
    backOffMs: [20],
    onSnapshot: (snapshot) => void (seen.fleet = fromSnapshot(snapshot)),
    onEvent: (event) => void (seen.fleet = fleet(seen.fleet, event)),
    onState: () => undefined,
  });
  onTestFinished(() => feed.close());
  return seen;
}

test('a program asks over HTTP, a dashboard sees it, and the decision wakes who waits', async () => {
  const { agentId, client } = await sleeper();
  const seen = follower();
  const waiting = client().perform('request_approval', { ...question, timeout: 60 });
  const open = await waitFor('it is seen', () =>
    [...seen.fleet.approvals.values()].find(({ agent_id, status }) => agent_id === agentId && status === 'open'),
  );
  expect(valueOf(await client().get(agentId)).waiting_for).toBe(`approval ${open.approval_id} of deploy`);
  expect(await client().decide(open.approval_id, { decision: 'allow' })).toMatchObject({
    failure: { code: 'NOT_ALLOWED' },
  });
  valueOf(await coordinator.client.decide(open.approval_id, { decision: 'deny', message: 'not today' }));
  expect(valueOf(await waiting).answer).toMatchObject({ status: 'denied', decided: { message: 'not today' } });
  await waitFor('the end of it is seen', () => seen.fleet.approvals.get(open.approval_id)?.status === 'denied');
  const late = createHttpClient({ url: coordinator.url, token: coordinator.token });
  expect(valueOf(await late.approvals({ agent_id: agentId })).approvals).toEqual([]);
  expect(valueOf(await late.approvals({ agent_id: agentId, status: 'all' })).approvals).toHaveLength(1);
});

test('by file the operator token decides, and nothing without it', async () => {
  const { client } = await sleeper();
  const { answer } = valueOf(await client().perform('request_approval', question));
  const decision = { action: 'decide_approval', approval_id: answer.approval_id, decision: 'allow' };
  const without = await coordinator.dropAndAnswer({ request_id: 'without-token', ...decision });
  expect(without).toMatchObject({ status: 'error', code: 'UNAUTHENTICATED' });
  await coordinator.dropAndAnswer({ request_id: 'with-token', ...decision, token: coordinator.token });
  expect(valueOf(await client().perform('request_approval', question)).answer.status).toBe('allowed');
});

test('questions and decisions outlive a crash, each for itself', async () => {
  const [one, two] = [await sleeper(), await sleeper()];
  const asked = await Promise.all([one, two].map(({ client }) => client().perform('request_approval', question)));
  const [first, second] = asked.map((each) => valueOf(each).answer.approval_id);
  valueOf(await coordinator.client.decide(first ?? '', { decision: 'allow', branch: true }));
  await coordinator.crash();
  await coordinator.start();
  expect(valueOf(await one.client().perform('request_approval', question)).answer.status).toBe('allowed');
  const still = valueOf(await two.client().perform('request_approval', question)).answer;
  expect(still).toMatchObject({ status: 'open', approval_id: second });
  const next = { ...question, tool_use_id: 'call-2' };
  expect(valueOf(await one.client().perform('request_approval', next)).answer).toMatchObject({
    status: 'allowed',
    decided: { by: first },
  });
  valueOf(await coordinator.client.stop(two.agentId));
  expect(await coordinator.client.decide(second ?? '', { decision: 'allow' })).toMatchObject({
    failure: { code: 'ALREADY_DECIDED', details: { status: 'closed' } },
  });
});
