/** A batch is one request: all of its agents are accepted, or none, through HTTP and by file, also across a crash. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptances } from '../../protocol/events.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import type { BatchAnswer } from '../../protocol/request.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

const config = {
  default_runtime: 'sh',
  runtimes: { sh: { kind: 'command', command: '/bin/sh' } },
  limits: { max_running: 6, max_queued: 4, min_free_memory_mb: 0 },
  report: { required: false },
};
let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config });
});
afterAll(async () => {
  await coordinator.dispose();
});

const member = (more: object = {}): object => ({ agent_type: 'L2', config: { prompt: 'exit 0' }, ...more });
const batch = (request_id: string, agents: readonly object[], more: object = {}) => ({
  request_id,
  action: 'deploy_batch',
  agents,
  ...more,
});

async function post(body: object, path = 'deploy/batch', token = coordinator.token) {
  const response = await fetch(`${coordinator.url}/api/coordinator/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    replayed: response.headers.get('idempotent-replay') === 'true',
    body: (await response.json()) as BatchAnswer & { code?: string; detail?: string },
  };
}

const idsOf = ({ agents }: { agents: readonly AgentRecord[] }): string[] => agents.map(({ agent_id }) => agent_id);
const accepted = (): string[] =>
  coordinator.journal().flatMap(({ event }) => acceptances(event).map(({ facts }) => facts.request_id));
const runFolders = (): string[] => readdirSync(coordinator.path('runs')).sort();

async function living(): Promise<number> {
  const list = await coordinator.client.list();
  if (!list.ok) return -1;
  return list.value.agents.filter(({ status }) => ['queued', 'starting', 'running', 'stopping'].includes(status))
    .length;
}

describe('a batch by HTTP', () => {
  test('starts each agent once, below the parent it names, and is answered in its order', async () => {
    const agents = [member({ name: 'first' }), member({ name: 'second', request_id: 'own-id' }), member()];
    const { status, replayed, body } = await post(batch('b1', agents, { parent_agent: 'overwatch_001' }));
    expect([status, replayed]).toEqual([200, false]);
    expect(body.agents.map(({ name, request_id, parent_agent }) => [name, request_id, parent_agent])).toEqual([
      ['first', 'b1.1', 'overwatch_001'],
      ['second', 'own-id', 'overwatch_001'],
      [null, 'b1.3', 'overwatch_001'],
    ]);
    for (const id of idsOf(body)) expect((await coordinator.ended(id)).status).toBe('completed');
    const events = coordinator.journal().filter(({ event }) => acceptances(event).length > 0);
    expect(events).toHaveLength(1);
  });

  test('the same again is the same agents, and nothing starts; so is one of its members on its own', async () => {
    const agents = [member({ name: 'again' }), member()];
    const first = await post(batch('b2', agents));
    const before = accepted();
    const again = await post(batch('b2', agents, { timestamp: '2026-01-01T00:00:00Z' }));
    expect([again.status, again.replayed, idsOf(again.body)]).toEqual([200, true, idsOf(first.body)]);
    const single = await post({ ...member({ name: 'again' }), request_id: 'b2.1' }, 'deploy');
    expect(single.replayed).toBe(true);
    expect(accepted()).toEqual(before);
  });

  test('a changed batch under a used request_id is refused, and starts nothing', async () => {
    await post(batch('b3', [member(), member()]));
    const before = accepted();
    for (const agents of [[member()], [member(), member(), member()], [member(), member({ priority: 1 })]]) {
      expect((await post(batch('b3', agents))).body.code).toBe('DUPLICATE_REQUEST_MISMATCH');
    }
    expect(accepted()).toEqual(before);
  });

  test('a member that was deployed on its own before is part of the batch as it is', async () => {
    const single = await post({ ...member(), request_id: 'b4-one' }, 'deploy');
    const { agent_id } = single.body as unknown as AgentRecord;
    const both = await post(batch('b4', [member({ request_id: 'b4-one' }), member()]));
    expect(idsOf(both.body)[0]).toBe(agent_id);
    expect(accepted().filter((id) => id === 'b4-one')).toHaveLength(1);
  });

  test.each<[string, readonly object[], string, string]>([
    [
      'a level that is too deep',
      [member(), member(), member({ agent_type: 'L9' })],
      'HIERARCHY_VIOLATION',
      'agents.2:',
    ],
    ['no prompt', [member(), member({ config: {} })], 'PROMPT_NOT_FOUND', 'agents.1:'],
    ['a field of the wrong kind', [member({ priority: 'high' })], 'INVALID_REQUEST', 'agents.0.priority'],
    [
      'an unknown runtime',
      [member(), member({ config: { prompt: 'x', runtime: 'gpt9' } })],
      'UNKNOWN_RUNTIME',
      'agents.1:',
    ],
    [
      'one id twice',
      [member({ request_id: 'x1' }), member({ request_id: 'x1' })],
      'INVALID_REQUEST',
      'agents.1.request_id',
    ],
    ['a token of its own', [member({ token: 'abc' })], 'INVALID_REQUEST', 'agents.0.token'],
    [
      'an id that means something else',
      [member(), member({ request_id: 'own-id' })],
      'DUPLICATE_REQUEST_MISMATCH',
      'agents.1:',
    ],
    [
      'an outside parent whose level the one before it settled',
      [member({ parent_agent: 'other_boss' }), member({ parent_agent: 'other_boss', agent_type: 'L1' })],
      'HIERARCHY_VIOLATION',
      'agents.1:',
    ],
    ['more than slots and queue hold', Array.from({ length: 11 }, () => member()), 'QUEUE_FULL', '11 agents'],
  ])('%s: none is started, and nothing is left of it', async (what, agents, code, named) => {
    await waitFor('all before it have ended', async () => (await living()) === 0);
    const before = [accepted(), runFolders()];
    // Too long to travel in the journal: it is a durable file before anything is decided.
    const long = member({ config: { prompt: `exit 0 # ${'x'.repeat(100_000)}` } });
    const { status, body } = await post(
      batch(`bad ${what}`.replaceAll(/\W/g, '-'), [...agents, ...(agents.length < 9 ? [long] : [])]),
    );
    expect([body.code, body.detail]).toEqual([code, expect.stringContaining(named)]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect([accepted(), runFolders()]).toEqual(before);
  });

  test('what just fits into slots and queue is taken, and a full queue takes none', async () => {
    await waitFor('all before it have ended', async () => (await living()) === 0);
    const several = (count: number) => Array.from({ length: count }, () => member({ config: { prompt: 'sleep 600' } }));
    // Of six slots one is kept for level 3, and four may wait.
    expect((await post(batch('one-more', several(10)))).body.code).toBe('QUEUE_FULL');
    const taken = await post(batch('fits', several(9)));
    expect(taken.body.agents).toHaveLength(9);
    expect((await post(batch('full', [member()]))).body.code).toBe('QUEUE_FULL');
    for (const id of idsOf(taken.body)) await post({}, `agents/${id}/stop`);
  });
});

describe('a batch by file', () => {
  const answerOf = (id: string): BatchAnswer =>
    JSON.parse(readFileSync(coordinator.path('responses', `${id}_response.json`), 'utf8')) as BatchAnswer;
  const answered = (id: string) =>
    waitFor(`an answer to ${id}`, () => existsSync(coordinator.path('responses', `${id}_response.json`)));

  test('is answered with all its agents; a refused one names the member', async () => {
    coordinator.drop('f1', batch('f1', [member(), member()]));
    await answered('f1');
    expect(answerOf('f1').agents.map(({ request_id }) => request_id)).toEqual(['f1.1', 'f1.2']);
    expect(existsSync(coordinator.path('responses', 'f1.1_response.json'))).toBe(false);
    const refused = await coordinator.dropAndAnswer({ ...batch('f2', [member(), member({ agent_type: 'L9' })]) });
    expect([refused.code, refused.error]).toEqual(['HIERARCHY_VIOLATION', expect.stringContaining('agents.1:')]);
  });

  test('killed after it was durable and before it was answered, it is answered by the next, and starts nothing twice', async () => {
    const request = batch('f3', [member({ config: { prompt: 'sleep 600' } }), member()]);
    rmSync(coordinator.path('responses'), { recursive: true });
    writeFileSync(coordinator.path('responses'), 'in the way: no answer can be written');
    coordinator.drop('f3', request);
    await waitFor('it is durable and taken', () => !existsSync(coordinator.path('requests', 'f3.json')));
    await coordinator.crash();
    rmSync(coordinator.path('responses'));
    mkdirSync(coordinator.path('responses'));
    await coordinator.start();
    await answered('f3');
    const first = idsOf(answerOf('f3'));
    expect(first).toHaveLength(2);
    await waitFor('that it is answered is noted', () =>
      coordinator.journal().some(({ event }) => event.type === 'request_answered' && event.request_id === 'f3'),
    );
    // Killed before the file went: the same file again.
    await coordinator.crash();
    rmSync(coordinator.path('responses', 'f3_response.json'));
    coordinator.drop('f3', request);
    await coordinator.start();
    await answered('f3');
    expect(idsOf(answerOf('f3'))).toEqual(first);
    expect(accepted().filter((id) => id.startsWith('f3.'))).toEqual(['f3.1', 'f3.2']);
    expect(readdirSync(coordinator.path('responses')).filter((name) => name.startsWith('f3.'))).toEqual([]);
  });

  test('a member that waits, asked for once more by file, is answered by the next coordinator', async () => {
    const hold = member({ config: { prompt: 'while [ ! -e "$ZIGGIE_ROOT/go4" ]; do sleep 0.05; done' } });
    await waitFor('all but one that sleeps have ended', async () => (await living()) === 1);
    const seven = Array.from({ length: 7 }, () => hold);
    expect((await post(batch('f4', seven))).status).toBe(200);
    const waiting = { ...hold, request_id: 'f4.7', action: 'deploy' };
    coordinator.drop('f4.7', waiting);
    await waitFor('it is in hand', () => coordinator.client.get(lastAgent()).then((one) => one.ok));
    await coordinator.stop();
    expect(existsSync(coordinator.path('requests', 'f4.7.json'))).toBe(true);
    await coordinator.start();
    writeFileSync(coordinator.path('go4'), '');
    expect((await coordinator.answer('f4.7', 30_000)).agent_id).toBe(lastAgent());
    await waitFor('its file is taken', () => !existsSync(coordinator.path('requests', 'f4.7.json')));
  });
});

/** The agent that was accepted last. */
const lastAgent = (): string =>
  coordinator
    .journal()
    .flatMap(({ event }) => acceptances(event))
    .at(-1)?.facts.agent_id ?? '';

test('the request_id of somebody else’s batch tells nothing of it and starts nothing', async () => {
  const hold = { config: { prompt: 'while [ ! -e "$ZIGGIE_ROOT/go5" ]; do sleep 0.05; done' } };
  const [first = '', second = ''] = idsOf((await post(batch('parents', [member(hold), member(hold)]))).body);
  const children = batch('wave-1', [{ ...member(hold), agent_type: 'L3' }]);
  const mine = await post(children, 'deploy/batch', await coordinator.agentToken(first));
  expect(mine.status).toBe(200);
  const theirs = await coordinator.agentToken(second);
  const refused = { status: 409, replayed: false, body: { code: 'DUPLICATE_REQUEST_MISMATCH' } };
  const before = accepted().length;
  expect(await post(children, 'deploy/batch', theirs)).toMatchObject(refused);
  const single = { ...member(hold), agent_type: 'L3', request_id: 'wave-1.1' };
  expect(await post(single, 'deploy', theirs)).toMatchObject(refused);
  const inAnother = batch('wave-2', [single]);
  expect(await post(inAnother, 'deploy/batch', theirs)).toMatchObject(refused);
  expect(accepted().length).toBe(before);
  writeFileSync(coordinator.path('go5'), '');
});
