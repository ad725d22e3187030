/** The queue with real agents: a parent that waits lends its slot, the operator's switch outlives a crash, who waits learns why. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { QueueAnswer } from '../../protocol/queue.ts';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import { failureIn, valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';
import { deployScript, letGo, startShells, untilFile } from './cases/shell-agents.ts';

/** What an agent does by itself: a request with its own token, answered into a file of the root. */
const ask = (path: string, body: object | null, into: string): string =>
  [
    `curl -s -o ${into}.part "$ZIGGIE_URL/api/coordinator/${path}" -H "Authorization: Bearer $ZIGGIE_TOKEN"`,
    ...(body === null ? [] : [`-H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`]),
    `&& mv ${into}.part ${into}`,
  ].join(' ');

const child = (name: string): object => ({
  request_id: name,
  agent_type: 'L2',
  config: { prompt: `echo ${name} worked` },
});

test('with one slot in all, a parent that waits for its children lends it to them', async () => {
  const coordinator = await startShells({ max_running: 1 });
  const { agentId } = await deployScript(
    coordinator,
    'parent',
    [
      ask('deploy', child('first'), 'first.json'),
      ask('deploy', child('second'), 'second.json'),
      ask('queue', null, 'queue.json'),
      ask('wait', { mode: 'all', timeout: 60 }, 'waited.json'),
      'grep -q \'"done":true\' waited.json',
    ].join('\n'),
  );
  const record = await coordinator.ended(agentId);
  expect(record).toMatchObject({ status: 'completed', exit_code: 0 });
  const children = valueOf(await coordinator.client.list({ parent_agent: agentId })).agents;
  expect(children.map(({ status }) => status)).toEqual(['completed', 'completed']);
  // One after the other: there was one slot.
  const [one, two] = children;
  expect(Date.parse(two?.started_at ?? '')).toBeGreaterThanOrEqual(Date.parse(one?.completed_at ?? ''));
  const seen = await readJson<QueueAnswer>(coordinator.path('queue.json'));
  expect(seen).toMatchObject({ running: 1, max_running: 1, total: 2 });
  expect(seen.waiting.map(({ position, reason }) => [position, reason])).toEqual([
    [1, 'waiting: 1 of 1 agents run (limits.max_running)'],
    [2, 'waiting: 1 of 1 agents run (limits.max_running)'],
  ]);
});

test('parents that look again and again leave slots for the levels below', async () => {
  const coordinator = await startShells({ max_running: 4 });
  const parents = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => {
      const state = `"$ZIGGIE_URL/api/coordinator/agents?parent_agent=$ZIGGIE_AGENT_ID"`;
      const look = `curl -s ${state} -H "Authorization: Bearer $ZIGGIE_TOKEN" | grep -q '"status":"completed"'`;
      return deployScript(
        coordinator,
        name,
        [ask('deploy', child(`child-${name}`), `${name}.json`), `until ${look}; do sleep 0.05; done`].join('\n'),
      );
    }),
  );
  for (const { agentId } of parents) expect((await coordinator.ended(agentId)).status).toBe('completed');
  const told = coordinator.journal().flatMap(({ event }) => (event.type === 'agent_waiting' ? [event.reason] : []));
  expect(told).toContain(
    'waiting: 2 of 2 slots of level 1 and above are taken; the others are kept for levels below (limits.reserved_per_level)',
  );
});

test('a queue that is full refuses nobody who needs no place in it', async () => {
  const coordinator = await startShells({ max_running: 7, reserved_per_level: 2, max_queued: 1 });
  const run = { prompt: untilFile('go') };
  const parent = await deployScript(coordinator, 'parent', run.prompt);
  for (const name of ['two', 'three', 'waits']) await deployScript(coordinator, name, run.prompt);
  const below = (request_id: string) => ({
    request_id,
    agent_type: 'L2',
    parent_agent: parent.agentId,
    config: run,
  });
  const top = failureIn(await coordinator.client.deploy({ request_id: 'top', agent_type: 'L1', config: run }));
  expect(top).toMatchObject({ code: 'QUEUE_FULL', details: { queued: 1, max_queued: 1 } });
  expect(top.message).toContain('this one could not start now');
  // Two slots are kept for what runs below.
  expect(valueOf(await coordinator.client.deploy(below('alone'))).record.status).toBe('running');
  const batch = (name: string) => coordinator.client.deployBatch({ request_id: name, agents: [below(`${name}-0`)] });
  expect(valueOf(await batch('together')).agents.map(({ status }) => status)).toEqual(['running']);
  expect(failureIn(await batch('too-many')).code).toBe('QUEUE_FULL');
  expect(failureIn(await coordinator.client.deploy(below('too-many'))).code).toBe('QUEUE_FULL');
  letGo(coordinator, 'go');
});

test('what a batch and `ziggie queue` say of free slots is what admission gives', async () => {
  const limits = { max_running: 5, max_queued: 2, max_running_per_runtime: { sh: 50 }, max_running_per_parent: 1 };
  const coordinator = await startShells(limits);
  const below = { request_id: 'child', agent_type: 'L2', config: { prompt: untilFile('go') } };
  const waits = [ask('deploy', below, 'child.json'), ask('wait', { mode: 'all', timeout: 60 }, 'waited.json')];
  const parent = await deployScript(coordinator, 'parent', waits.join('\n'));
  const asked = async (): Promise<QueueAnswer> => valueOf(await coordinator.client.queue());
  await waitFor('the parent lends its slot', async () => (await asked()).lent === 1);
  const batch = (name: string, count: number) => ({
    request_id: name,
    agents: Array.from({ length: count }, (_, index) => ({
      request_id: `${name}-${index}`,
      agent_type: 'L1',
      config: { prompt: untilFile('go') },
    })),
  });
  // Four of five slots are free, three of them for level 1: of six, three would wait, and the queue has room for two.
  const full = failureIn(await coordinator.client.deployBatch(batch('six', 6)));
  expect(full).toMatchObject({ code: 'QUEUE_FULL', details: { asked: 6, free: 3, queued: 0 } });
  expect(full.message).toContain('3 of 3 slots of level 1 and above are taken');
  valueOf(await coordinator.client.deployBatch(batch('five', 5)));
  await waitFor('three of five run', async () => (await asked()).running === 4);

  const answer = await asked();
  expect(answer).toMatchObject({ running: 4, lent: 1, total: 2 });
  const { out } = await startZiggie(['queue', '--root', coordinator.root]).end;
  const lines = out.split('\n');
  expect(lines[0]).toBe('4 of 5 slots are taken, 1 more is lent by parents that wait. 2 wait.');
  expect(lines[1]).toMatch(/^Memory: \d+ MB free, 1024 MB kept \(min_free_memory_mb\)\.$/);
  expect(lines.slice(3, 8).map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
    'LIMIT | TAKEN | SETTING',
    'level 1 and above | 3 of 3, full | reserved_per_level',
    'level 2 and above | 4 of 4, full | reserved_per_level',
    'runtime sh | 4 of 50 | max_running_per_runtime',
    `children of ${parent.agentId} | 1 of 1, full | max_running_per_parent`,
  ]);
  const json = await startZiggie(['queue', '--json', '--root', coordinator.root]).end;
  expect(JSON.parse(json.out)).toMatchObject({ lent: 1, limits: answer.limits, min_free_memory_mb: 1024 });
  letGo(coordinator, 'go');
});

test('a limit of one parent holds up its own children, and nobody else', async () => {
  const coordinator = await startShells({ max_running_per_parent: 1 });
  const under = (name: string, parent: string) => ({
    request_id: name,
    agent_type: 'L2',
    parent_agent: parent,
    config: { prompt: `${untilFile(`go-${name}`)}\n` },
  });
  for (const [name, parent] of [
    ['one', 'ow_1'],
    ['two', 'ow_1'],
    ['three', 'ow_2'],
  ] as const) {
    valueOf(await coordinator.client.deploy(under(name, parent)));
  }
  const { waiting } = valueOf(await coordinator.client.queue());
  expect(waiting.map(({ reason }) => reason)).toEqual([
    'waiting: 1 of 1 children of ow_1 run (limits.max_running_per_parent)',
  ]);
  expect(coordinator.journal().filter(({ event }) => event.type === 'agent_starting')).toHaveLength(2);
  for (const name of ['one', 'two', 'three']) letGo(coordinator, `go-${name}`);
  await waitFor('all have ended', async () => {
    const { agents } = valueOf(await coordinator.client.list());
    return agents.length === 3 && agents.every(({ status }) => status === 'completed');
  });
});

test('while the operator has paused all starts, also over a crash, what is asked for waits and what runs goes on', async () => {
  const coordinator = await startShells();
  const running = await deployScript(coordinator, 'running', untilFile('go'));
  expect(valueOf(await coordinator.client.intake(true))).toMatchObject({ intake_paused: true, running: 1, total: 0 });
  await coordinator.crash();
  await coordinator.start();
  const late = await deployScript(coordinator, 'late', `${ask('intake', { paused: false }, 'refused.json')}`);
  expect(valueOf(await coordinator.client.queue())).toMatchObject({
    intake_paused: true,
    total: 1,
    waiting: [{ agent_id: late.agentId, reason: 'waiting: the operator has paused all starts (intake_paused)' }],
  });
  letGo(coordinator, 'go');
  expect((await coordinator.ended(running.agentId)).status).toBe('completed');
  expect(valueOf(await coordinator.client.get(late.agentId)).status).toBe('queued');
  expect(valueOf(await coordinator.client.intake(false))).toMatchObject({ intake_paused: false });
  expect((await coordinator.ended(late.agentId)).status).toBe('completed');
  // An agent may not use the switch.
  expect(await readJson(coordinator.path('refused.json'))).toMatchObject({ code: 'NOT_ALLOWED', status: 403 });
});

test('who waits gives up at its time, and is told for what it waited; the answer of intake refuses what is no switch', async () => {
  const coordinator = await startShells({ max_running: 1 });
  await deployScript(coordinator, 'first', untilFile('never'));
  const { agentId } = await deployScript(coordinator, 'second', 'true', { timeout: 1 });
  const record = await coordinator.ended(agentId);
  expect(record.status).toBe('expired');
  expect(record.status_reason).toContain('1 of 1 agents run (limits.max_running)');
  const wrong = await coordinator.client.perform('intake', { paused: 'yes' as never });
  expect(failureIn(wrong)).toMatchObject({ code: 'INVALID_REQUEST' });
  expect(failureIn(wrong).message).toContain('paused');
  letGo(coordinator, 'never');
});

test('one that waits is moved to another place, over a crash and by every door, and what does not wait is not', async () => {
  const coordinator = await startShells({ max_running: 1 });
  const running = await deployScript(coordinator, 'running', untilFile('go'));
  const waiting = [];
  for (const name of ['a', 'b', 'c', 'd'])
    waiting.push((await deployScript(coordinator, name, `echo ${name} >> order`)).agentId);
  const [a = '', b = '', c = '', d = ''] = waiting;
  const order = async (): Promise<string[]> =>
    valueOf(await coordinator.client.queue()).waiting.map(({ agent_id }) => agent_id);

  expect(valueOf(await coordinator.client.reprioritize(d, 0))).toMatchObject({ agent_id: d, priority: 0 });
  expect(await order()).toEqual([d, a, b, c]);
  const asked = { request_id: 'move-c', agent_id: c, priority: 1 };
  expect(valueOf(await coordinator.client.perform('reprioritize', asked)).replayed).toBe(false);
  const byFile = { request_id: 'move-c-again', action: 'reprioritize', agent_id: c, priority: 2 };
  expect(await coordinator.dropAndAnswer(byFile)).toMatchObject({ agent_id: c, priority: 2 });
  // Asked again, the first request moves nothing any more.
  const again = valueOf(await coordinator.client.perform('reprioritize', asked));
  expect(again).toMatchObject({ replayed: true, answer: { priority: 2 } });
  const other = await coordinator.client.perform('reprioritize', { ...asked, priority: 9 });
  expect(failureIn(other)).toMatchObject({ code: 'DUPLICATE_REQUEST_MISMATCH' });
  const command = startZiggie(['prioritize', a, '9', '--root', coordinator.root]);
  expect(await command.end).toMatchObject({ code: 0, out: expect.stringContaining('priority 9') as string });
  expect(await order()).toEqual([d, c, b, a]);

  await coordinator.crash();
  await coordinator.start();
  expect(await order()).toEqual([d, c, b, a]);
  expect(valueOf(await coordinator.client.perform('reprioritize', asked)).replayed).toBe(true);
  expect(failureIn(await coordinator.client.reprioritize(running.agentId, 0))).toMatchObject({ code: 'WRONG_STATE' });
  expect(failureIn(await coordinator.client.reprioritize(a, 10))).toMatchObject({ code: 'INVALID_REQUEST' });
  const token = await coordinator.agentToken(running.agentId);
  const stranger = createHttpClient({ url: coordinator.url, token });
  expect(failureIn(await stranger.reprioritize(a, 0))).toMatchObject({ code: 'UNKNOWN_AGENT' });
  letGo(coordinator, 'go');
  for (const id of waiting) expect((await coordinator.ended(id)).status).toBe('completed');
  expect(readFileSync(coordinator.path('order'), 'utf8')).toBe('d\nc\nb\na\n');
});

async function readJson<T>(path: string): Promise<T> {
  await waitFor(`${path} is there`, () => existsSync(path));
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
