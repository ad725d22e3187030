/** Pausing and resuming branches of real process trees. Frozen is seen by files that count: they stand while another's grows. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Cgroups } from '../../main/coordinator/process/posix/cgroups.ts';
import type { BranchAnswer } from '../../protocol/verbs.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import type { Answer, TestCoordinator } from '../rig/coordinator.ts';
import { environmentOf } from '../rig/proc.ts';
import { waitFor } from '../rig/wait-for.ts';
import { deployScript, letGo, startShells, untilFile } from './cases/shell-agents.ts';

const counting = (name: string): string => `while :; do echo x >> ${name}; sleep 0.01; done`;
/** The agent counts, and a helper that left its session. */
const tree = (name: string): string => `setsid sh -c '${counting(`${name}-helper`)}' & ${counting(name)}`;

const ids = { last: 0 };
const requestId = (action: string): string => `${action}-${(ids.last += 1)}`;

async function ask(
  coordinator: TestCoordinator,
  action: string,
  agent_id: string,
  more: Record<string, unknown> = {},
): Promise<Answer & Partial<BranchAnswer>> {
  return coordinator.dropAndAnswer({ request_id: requestId(action), action, agent_id, ...more });
}

async function deployBelow(
  coordinator: TestCoordinator,
  parent: string,
  script: string,
  agent_type = 'L2.1',
): Promise<AgentRecord> {
  const answer = await coordinator.client.deploy({
    request_id: requestId('deploy'),
    agent_type,
    parent_agent: parent,
    config: { prompt: `${script}\n` },
  });
  if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
  return answer.value.record;
}

const size = (coordinator: TestCoordinator, name: string): number => {
  const path = coordinator.path(name);
  return existsSync(path) ? readFileSync(path).length : 0;
};
const sizes = (coordinator: TestCoordinator, names: readonly string[]): number[] =>
  names.map((name) => size(coordinator, name));

async function allCount(coordinator: TestCoordinator, names: readonly string[]): Promise<void> {
  const before = sizes(coordinator, names);
  await waitFor(
    'all of them count on',
    () => sizes(coordinator, names).every((now, index) => now > (before[index] ?? 0)),
    { seen: () => sizes(coordinator, names) },
  );
}

/** Nothing of these grows while an agent that is not paused counts sixty times. */
async function standStill(coordinator: TestCoordinator, names: readonly string[]): Promise<void> {
  const before = sizes(coordinator, names);
  const other = requestId('other');
  const { agentId } = await deployScript(coordinator, other, counting(other));
  await waitFor('another counts', () => size(coordinator, other) > 120);
  expect(sizes(coordinator, names)).toEqual(before);
  await coordinator.client.stop(agentId);
}

const statusOf = async (coordinator: TestCoordinator, id: string): Promise<string | undefined> => {
  const record = await coordinator.client.get(id);
  return record.ok ? record.value.status : undefined;
};

const parts = ['top', 'top-helper', 'below', 'below-helper'];

async function twoLevels(coordinator: TestCoordinator): Promise<{ top: string; below: string }> {
  const { agentId: top } = await deployScript(coordinator, requestId('deploy'), tree('top'));
  const { agent_id: below } = await deployBelow(coordinator, top, tree('below'));
  await allCount(coordinator, parts);
  return { top, below };
}

test('a paused branch stands still as a whole, what is deployed below it waits, and all goes on when it is resumed', async () => {
  const coordinator = await startShells();
  const { top, below } = await twoLevels(coordinator);
  const paused = await ask(coordinator, 'pause', top, { reason: 'lunch' });
  expect(paused).toMatchObject({ agent_id: top, status: 'paused', unchanged: [] });
  expect(paused.changed?.map(({ agent_id, status }) => [agent_id, status])).toEqual([
    [top, 'paused'],
    [below, 'paused'],
  ]);
  expect(paused.changed?.[0]).toMatchObject({ status_reason: 'paused by operator: lunch', attempt: 1 });
  await standStill(coordinator, parts);
  const waiting = await deployBelow(coordinator, below, tree('late'), 'L3.1.1');
  expect(waiting).toMatchObject({
    status: 'queued',
    status_reason: 'waiting: its branch is paused by operator: lunch',
    pid: null,
  });
  const batch = (await coordinator.dropAndAnswer({
    request_id: requestId('batch'),
    action: 'deploy_batch',
    parent_agent: top,
    agents: [{ agent_type: 'L2.2', config: { prompt: `${counting('batched')}\n` } }],
  })) as { agents?: AgentRecord[] };
  expect(batch.agents?.[0]).toMatchObject({ status: 'queued', status_reason: waiting.status_reason });
  const batched = batch.agents?.[0]?.agent_id ?? '';
  await standStill(coordinator, ['batched']);
  expect((await ask(coordinator, 'pause', top)).unchanged).toEqual(
    [top, below, waiting.agent_id, batched].map((agent_id) => ({
      agent_id,
      reason: 'it is paused by operator: lunch',
    })),
  );
  const resumed = await ask(coordinator, 'resume', top);
  expect(resumed.changed?.map(({ agent_id }) => agent_id)).toEqual([top, below, waiting.agent_id, batched]);
  await allCount(coordinator, [...parts, 'late', 'late-helper', 'batched']);
  expect((await ask(coordinator, 'resume', below)).unchanged?.[0]).toEqual({
    agent_id: below,
    reason: 'it is running',
  });
});

test('what is resumed inside a paused branch runs, and what it deploys runs too', async () => {
  const coordinator = await startShells();
  const { top, below } = await twoLevels(coordinator);
  await ask(coordinator, 'pause', top);
  expect((await ask(coordinator, 'resume', below)).changed).toHaveLength(1);
  expect((await deployBelow(coordinator, below, tree('late'), 'L3.1.1')).status).toBe('running');
  await allCount(coordinator, ['below', 'below-helper', 'late']);
  await standStill(coordinator, ['top', 'top-helper']);
});

test('after a kill -9 what is paused is frozen again, and what was resumed is thawed again', async () => {
  const coordinator = await startShells();
  const { top, below } = await twoLevels(coordinator);
  await ask(coordinator, 'pause', top);
  const waiting = await deployBelow(coordinator, top, tree('late'));
  await coordinator.crash();
  freezeFromOutside(coordinator, [top, below], false); // As if it had died between its word and the deed.
  await allCount(coordinator, parts);
  await coordinator.start();
  expect(await statusOf(coordinator, below)).toBe('paused');
  await waitFor('it is frozen again', () => isQuiet(coordinator, parts));
  await standStill(coordinator, [...parts, 'late']);

  await ask(coordinator, 'resume', top);
  await allCount(coordinator, [...parts, 'late']);
  await coordinator.crash();
  freezeFromOutside(coordinator, [top, below, waiting.agent_id], true);
  await coordinator.start();
  expect(await statusOf(coordinator, top)).toBe('running');
  await allCount(coordinator, parts);
});

/** True when a second look, a few steps of a counter later, finds nothing new. */
async function isQuiet(coordinator: TestCoordinator, names: readonly string[]): Promise<boolean> {
  const before = sizes(coordinator, names);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return JSON.stringify(before) === JSON.stringify(sizes(coordinator, names));
}

function freezeFromOutside(coordinator: TestCoordinator, agents: readonly string[], isFrozen: boolean): void {
  const cgroups = Cgroups.open(coordinator.root);
  const started = coordinator.journal().flatMap(({ event }) => (event.type === 'agent_starting' ? [event] : []));
  for (const agentId of agents) cgroups?.freeze({ agentId, attempt: 1, nonce: '' }, isFrozen);
  const nonces = started.filter(({ agent_id }) => agents.includes(agent_id)).map(({ nonce }) => `ZIGGIE_RUN=${nonce}`);
  const members = coordinator.processes().filter((pid) => environmentOf(pid).some((one) => nonces.includes(one)));
  for (const pid of cgroups === null ? members : []) process.kill(pid, isFrozen ? 'SIGSTOP' : 'SIGCONT');
}

test('a paused agent is stopped as others are: it hears the signal, and nothing of it is left', async () => {
  const coordinator = await startShells({ grace_seconds: 5 });
  const polite = `trap 'echo heard > heard; exit 0' TERM; ${tree('top')}`;
  const { agentId } = await deployScript(coordinator, 'polite', polite);
  const { agentId: deaf } = await deployScript(coordinator, 'deaf', `trap '' TERM; ${tree('deaf')}`, {
    max_runtime: 1000,
  });
  await allCount(coordinator, ['top', 'deaf']);
  await Promise.all([ask(coordinator, 'pause', agentId), ask(coordinator, 'pause', deaf)]);
  await standStill(coordinator, ['top', 'deaf', 'deaf-helper']);
  await coordinator.crash();
  await coordinator.start();
  const [stopped, forced] = await Promise.all([
    coordinator.client.stop(agentId, 'enough'),
    coordinator.client.stop(deaf, 'enough'),
  ]);
  expect(stopped.ok && stopped.value.stopped[0]).toMatchObject({ status: 'stopped', stop_steps: ['SIGTERM'] });
  expect(existsSync(coordinator.path('heard'))).toBe(true);
  expect(forced.ok && forced.value.stopped[0]).toMatchObject({ stop_steps: ['SIGTERM', 'SIGKILL'], survivors: [] });
  expect(coordinator.processes()).toEqual([]);
});

test('the time limit does not count what is paused, also over a kill -9', async () => {
  const coordinator = await startShells();
  const limited = { max_runtime: 1.5 };
  /** A whole limit passes for somebody else. */
  const oneLimit = async (): Promise<void> => {
    const { agentId } = await deployScript(coordinator, requestId('limited'), 'sleep 300', limited);
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'timed_out' });
  };
  const { agentId } = await deployScript(coordinator, 'paused', counting('count'), limited);
  expect(await ask(coordinator, 'pause', agentId)).toMatchObject({ status: 'paused' });
  await oneLimit();
  expect(await statusOf(coordinator, agentId)).toBe('paused');
  await coordinator.crash();
  await coordinator.start();
  await oneLimit();
  expect(await statusOf(coordinator, agentId)).toBe('paused');
  await ask(coordinator, 'resume', agentId);
  const before = size(coordinator, 'count');
  const ended = await coordinator.ended(agentId);
  expect(ended).toMatchObject({ status: 'timed_out' });
  expect(size(coordinator, 'count')).toBeGreaterThan(before);
  // Two whole limits and more went by on the wall.
  const wall = (Date.parse(ended.completed_at ?? '') - Date.parse(ended.started_at ?? '')) / 1000;
  expect(wall - (ended.execution_time_seconds ?? 0)).toBeGreaterThan(2 * limited.max_runtime);
});

test('what waits for its restart in a paused branch waits on, over a kill -9 too', async () => {
  const coordinator = await startShells();
  const restart = { policy: 'on_failure', backoff_seconds: 0.5 } as const;
  const { agentId } = await deployScript(coordinator, 'fails', `echo x >> tries; ${untilFile('go')}; exit 3`, {
    restart,
  });
  letGo(coordinator, 'go');
  await waitFor('its back-off', async () => (await statusOf(coordinator, agentId)) === 'backoff');
  expect(await ask(coordinator, 'pause', agentId)).toMatchObject({ status: 'backoff' });
  await standStill(coordinator, ['tries']);
  await coordinator.crash();
  await coordinator.start();
  await standStill(coordinator, ['tries']);
  await ask(coordinator, 'resume', agentId);
  await allCount(coordinator, ['tries']);
});

test('a paused agent that somebody kills is over, with its exit', async () => {
  const coordinator = await startShells();
  const { agentId } = await deployScript(coordinator, 'killed', `echo $$ > pid; ${counting('count')}`);
  await allCount(coordinator, ['count']);
  await ask(coordinator, 'pause', agentId);
  process.kill(Number(readFileSync(coordinator.path('pid'), 'utf8')), 'SIGKILL');
  expect(await coordinator.ended(agentId)).toMatchObject({ status: 'failed', exit_code: 137 });
});

test('an agent pauses what lies below it, and not itself nor others; what cannot be done says so', async () => {
  const coordinator = await startShells();
  const { top, below } = await twoLevels(coordinator);
  const token = await coordinator.agentToken(top);
  expect(await ask(coordinator, 'pause', top, { token })).toMatchObject({ code: 'NOT_ALLOWED' });
  expect(await ask(coordinator, 'pause', below, { token })).toMatchObject({ status: 'paused' });
  expect(await ask(coordinator, 'pause', top, { token: await coordinator.agentToken(below) })).toMatchObject({
    code: 'UNKNOWN_AGENT',
  });
  expect(await ask(coordinator, 'resume', below, { token })).toMatchObject({ status: 'running' });
  expect(await ask(coordinator, 'restart', below, { token })).toMatchObject({
    code: 'WRONG_STATE',
    error: expect.stringContaining('stop it first') as string,
  });
  expect(await ask(coordinator, 'message', below, { text: 'hello' })).toMatchObject({ code: 'NOT_SUPPORTED' });
  await coordinator.client.stop(top);
  expect(await ask(coordinator, 'pause', top)).toMatchObject({ code: 'WRONG_STATE' });
  expect(await ask(coordinator, 'message', below, { text: 'hello' })).toMatchObject({ code: 'WRONG_STATE' });
  expect((await ask(coordinator, 'resume', top)).unchanged?.[0]?.reason).toBe('it ended: stopped');
});
