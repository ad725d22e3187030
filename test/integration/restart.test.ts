/** kill -9 of the coordinator: agents go on, are adopted, and end as they would have. */
import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { isAlive, TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

const used: TestCoordinator[] = [];
async function start(config: Record<string, unknown> = {}): Promise<TestCoordinator> {
  const coordinator = await TestCoordinator.start({ config: { default_runtime: 'demo', ...config } });
  used.push(coordinator);
  return coordinator;
}
afterEach(async () => {
  for (const coordinator of used.splice(0)) await coordinator.dispose();
});

async function deploy(
  coordinator: TestCoordinator,
  id: string,
  prompt: string,
): Promise<{ agentId: string; pid: number }> {
  const answer = await coordinator.dropAndAnswer({
    request_id: id,
    agent_type: 'L1',
    config: { prompt, report_required: false },
  });
  expect(answer, JSON.stringify(answer)).toMatchObject({ status: 'running' });
  return { agentId: answer.agent_id ?? '', pid: answer.pid ?? 0 };
}

/** What the agents of these tests wait for. */
const letGo = (coordinator: TestCoordinator): void => writeFileSync(coordinator.path('go'), '');

test('three running agents survive a kill -9, keep their pids, and end with their exact exit codes', async () => {
  const coordinator = await start();
  const agents = await Promise.all(
    [0, 7, 42].map((code) => deploy(coordinator, `exit-${code}`, `@until go\n@exit ${code}`)),
  );
  await coordinator.crash();
  await coordinator.start();
  const adopted = await Promise.all(agents.map(({ agentId }) => coordinator.client.get(agentId)));
  expect(adopted.map((answer) => answer.ok && [answer.value.status, answer.value.pid])).toEqual(
    agents.map(({ pid }) => ['running', pid]),
  );
  letGo(coordinator);
  const ends = await Promise.all(agents.map(({ agentId }) => coordinator.ended(agentId)));
  expect(ends.map(({ status, exit_code }) => ({ status, exit_code }))).toEqual([
    { status: 'completed', exit_code: 0 },
    { status: 'failed', exit_code: 7 },
    { status: 'failed', exit_code: 42 },
  ]);
  expect(ends.map(({ evidence }) => evidence.source)).toEqual(['exit_record', 'exit_record', 'exit_record']);
  expect(coordinator.journal().filter(({ event }) => event.type === 'agent_started')).toHaveLength(3);
});

test('an agent that ended while nobody watched is settled from its exit record', async () => {
  const coordinator = await start();
  const { agentId, pid } = await deploy(coordinator, 'away', '@until go\n@exit 9');
  await coordinator.crash();
  letGo(coordinator);
  await waitFor('the agent is gone', () => !isAlive(pid));
  await coordinator.start();
  expect(await coordinator.ended(agentId)).toMatchObject({
    status: 'failed',
    exit_code: 9,
    evidence: { source: 'exit_record' },
  });
});

test('requests dropped while it was down are carried out, once', async () => {
  const coordinator = await start();
  await coordinator.crash();
  coordinator.drop('queued-up', {
    request_id: 'queued-up',
    agent_type: 'L1',
    config: { prompt: '@say x', report_required: false },
  });
  await coordinator.start();
  const answer = await coordinator.answer('queued-up');
  expect(await coordinator.ended(answer.agent_id ?? '')).toMatchObject({ status: 'completed' });
});

test('a clean stop lets agents go on, and the next start adopts them', async () => {
  const coordinator = await start();
  const { agentId, pid } = await deploy(coordinator, 'clean', '@until go');
  expect(await coordinator.stop()).toBe(0);
  expect(isAlive(pid)).toBe(true);
  await coordinator.start();
  letGo(coordinator);
  expect(await coordinator.ended(agentId)).toMatchObject({ status: 'completed', exit_code: 0 });
});

test('an adopted agent can be stopped with all it started', async () => {
  const coordinator = await start({ limits: { grace_seconds: 1 } });
  const { agentId } = await deploy(coordinator, 'stop-adopted', '@spawn 300\n@ignore-signals\n@work 300s');
  await waitFor('it ignores signals now', () => coordinator.log(agentId).includes('working'));
  await coordinator.crash();
  await coordinator.start();
  const answer = await coordinator.client.stop(agentId, 'enough');
  expect(answer).toMatchObject({ ok: true, value: { status: 'stopped' } });
  expect(answer.ok && answer.value.stopped[0]).toMatchObject({
    stop_steps: ['SIGTERM', 'SIGKILL'],
    survivors: [],
    exit_code: 137,
  });
  expect(coordinator.processes()).toEqual([]);
});

test('a queued agent keeps its place over a crash', async () => {
  const coordinator = await start({ limits: { max_running: 1 } });
  const first = await deploy(coordinator, 'holds-the-slot', '@until go');
  const waiting = await coordinator.client.deploy({
    request_id: 'waits',
    agent_type: 'L1',
    config: { prompt: '@say now', report_required: false },
  });
  expect(waiting).toMatchObject({ ok: true, value: { record: { status: 'queued', pid: null } } });
  await coordinator.crash();
  await coordinator.start();
  expect((await coordinator.client.get(first.agentId)).ok).toBe(true);
  letGo(coordinator);
  await coordinator.ended(first.agentId);
  const id = waiting.ok ? waiting.value.record.agent_id : '';
  expect(await coordinator.ended(id)).toMatchObject({ status: 'completed' });
});

test('a second coordinator on the same root is refused, and says who holds it', async () => {
  const coordinator = await start();
  const second = TestCoordinator.on(coordinator.root);
  await expect(second.start()).rejects.toThrow(new RegExp(`ended with 73.*pid ${coordinator.pid}`, 's'));
  expect((await coordinator.client.health()).ok).toBe(true);
});
