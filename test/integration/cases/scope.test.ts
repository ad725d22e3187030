/** What an agent may reach with its own token, and what it may put into a request. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { AgentList } from '../../../protocol/queries.ts';
import { TestCoordinator } from '../../rig/coordinator.ts';
import { deployScript, letGo, shellConfig, startShells, untilFile } from './shell-agents.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  const config = shellConfig({ max_running: 100, max_starting: 50, starts_per_second: 1000, max_depth: 3 });
  const cat = { kind: 'command', command: '/bin/cat' };
  coordinator = await TestCoordinator.start({
    config: { ...config, runtimes: { ...(config['runtimes'] as object), cat } },
  });
});
afterAll(async () => {
  await coordinator.dispose();
});

interface Answer<T = { code?: string; detail?: string }> {
  readonly status: number;
  readonly body: T;
}

async function call<T = { code?: string; detail?: string }>(
  token: string,
  method: string,
  path: string,
  body?: unknown,
  at: TestCoordinator = coordinator,
): Promise<Answer<T>> {
  const answer = await fetch(`${at.url}/api/coordinator/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as T };
}

interface Held {
  readonly agentId: string;
  readonly token: string;
}

/** An agent at the top that lives until the test is over, and its token. */
async function parent(id: string, at: TestCoordinator = coordinator): Promise<Held> {
  const { agentId } = await deployScript(at, id, untilFile('never'));
  onTestFinished(async () => void (await at.client.stop(agentId)));
  return { agentId, token: await at.agentToken(agentId) };
}

const childOf = (request_id: string, more: object = {}, config: object = {}): object => ({
  request_id,
  agent_type: 'L2',
  ...more,
  config: { prompt: `${untilFile('never')}\n`, ...config },
});
const isAccepted = (id: string): boolean =>
  coordinator.journal().some(({ event }) => event.type === 'agent_accepted' && event.facts.request_id === id);

describe('the branch of an agent', () => {
  test('case 75: it cannot deploy under another, and nothing comes of the try', async () => {
    const [one, other] = [await parent('p75'), await parent('q75')];
    for (const parent_agent of [other.agentId, 'somebody_outside', 'agent_20200101_000000_1']) {
      const refused = await call(one.token, 'POST', 'deploy', childOf(`c75-${parent_agent}`, { parent_agent }));
      expect(refused).toMatchObject({ status: 403, body: { code: 'NOT_ALLOWED' } });
      expect(isAccepted(`c75-${parent_agent}`)).toBe(false);
    }
  });

  test('case 76: without a parent it becomes the parent; below the deepest level nothing is deployed', async () => {
    const top = await parent('p76');
    const child = await call<AgentRecord>(top.token, 'POST', 'deploy', childOf('c76'));
    expect(child).toMatchObject({ status: 201, body: { parent_agent: top.agentId, level: 2 } });
    const childToken = await coordinator.agentToken(child.body.agent_id);
    const grandchild = await call<AgentRecord>(childToken, 'POST', 'deploy', childOf('g76', { agent_type: 'L3' }));
    expect(grandchild).toMatchObject({ status: 201, body: { parent_agent: child.body.agent_id, level: 3 } });
    const grandToken = await coordinator.agentToken(grandchild.body.agent_id);
    const tooDeep = await call(grandToken, 'POST', 'deploy', childOf('x76', { agent_type: 'L4' }));
    expect(tooDeep).toMatchObject({ status: 422, body: { code: 'HIERARCHY_VIOLATION' } });
    expect(isAccepted('x76')).toBe(false);
  });

  test('case 77: it sees itself and what lies below; a stranger is answered like nobody, at every address', async () => {
    const [one, other] = [await parent('p77'), await parent('q77')];
    const child = await call<AgentRecord>(one.token, 'POST', 'deploy', childOf('c77'));
    const list = await call<AgentList>(one.token, 'GET', 'agents');
    expect(list.body.agents.map(({ agent_id }) => agent_id)).toEqual([one.agentId, child.body.agent_id]);
    const nobody = 'agent_20200101_000000_1';
    const addresses = [
      ['GET', ''],
      ['GET', '/tree'],
      ['GET', '/log'],
      ['GET', '/report'],
      ['GET', '/events'],
      ['GET', '/samples'],
      ['POST', '/stop'],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/restart'],
    ] as const;
    for (const [method, path] of addresses) {
      const answers = await Promise.all(
        [other.agentId, nobody].map(async (id) => {
          const answer = await call(one.token, method, `agents/${id}${path}`, method === 'POST' ? {} : undefined);
          return [answer.status, JSON.stringify(answer.body).replaceAll(id, 'ID')];
        }),
      );
      expect(answers[0], path).toEqual(answers[1]);
      expect(answers[0]?.[0], path).toBe(404);
    }
  });

  test('case 78: its token ends with it, and so does a call that waits with it', async () => {
    const { agentId } = await deployScript(coordinator, 'p78', untilFile('go78'));
    const token = await coordinator.agentToken(agentId);
    await call(token, 'POST', 'deploy', childOf('c78'));
    const waiting = call(token, 'POST', 'wait', { timeout: 600 });
    const reading = call(token, 'POST', 'inbox', { timeout: 600 });
    const byFile = ['wait', 'inbox'].map((action) => ({ request_id: `f78-${action}`, action, timeout: 600, token }));
    for (const body of byFile) coordinator.drop(body.request_id, body);
    // What comes after them is answered, so all wait.
    expect((await call(token, 'GET', 'agents')).status).toBe(200);
    expect((await coordinator.dropAndAnswer({ request_id: 'f78-z', action: 'list' })).code).toBeUndefined();
    letGo(coordinator, 'go78');
    await coordinator.ended(agentId);
    for (const answer of [await waiting, await reading]) {
      expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    }
    for (const { request_id } of byFile) {
      expect(await coordinator.answer(request_id)).toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect((await call(token, 'GET', 'agents')).status).toBe(401);
    expect((await call(token, 'POST', 'deploy', childOf('late78'))).status).toBe(401);
  });

  test('case 79: runtimes, folders and environments that are not granted are refused or change nothing', async () => {
    const top = await parent('p79');
    const ask = (id: string, config: object) => call(top.token, 'POST', 'deploy', childOf(id, {}, config));
    expect(await ask('rt79', { runtime: 'bash' })).toMatchObject({ status: 422, body: { code: 'UNKNOWN_RUNTIME' } });
    expect(await ask('cwd79', { cwd: '/etc' })).toMatchObject({ status: 422, body: { code: 'PATH_NOT_ALLOWED' } });
    const tooLong = await ask('time79', { max_runtime: 1e12 });
    expect(tooLong).toMatchObject({ status: 422, body: { code: 'INVALID_REQUEST' } });
    expect(tooLong.body.detail).toContain('config.max_runtime');
    const env = {
      NODE_OPTIONS: '--x',
      LD_PRELOAD: '/x.so',
      PATH: '/evil',
      ZIGGIE_TOKEN: 'x',
      ELECTRON_RUN_AS_NODE: '1',
    };
    const wishes = { prompt: 'env > env79; exit 0\n', env, args: ['--evil'], command: '/bin/evil' };
    const taken = await call<AgentRecord>(top.token, 'POST', 'deploy', childOf('env79', {}, wishes));
    await coordinator.ended(taken.body.agent_id);
    const given = readFileSync(coordinator.path('env79'), 'utf8');
    for (const foreign of ['--x', '/x.so', '/evil', 'ZIGGIE_TOKEN=x\n']) expect(given).not.toContain(foreign);
  });

  test('case 80: what has ended does not come back beside what took its place', async () => {
    const small = await startShells({ max_descendants_per_agent: 1 });
    const top = await parent('p80r', small);
    const first = await call<AgentRecord>(
      top.token,
      'POST',
      'deploy',
      childOf('ends', {}, { prompt: 'exit 1\n' }),
      small,
    );
    await small.ended(first.body.agent_id);
    expect((await call(top.token, 'POST', 'deploy', childOf('lives'), small)).status).toBeLessThan(300);
    const restart = (token: string) => call(token, 'POST', `agents/${first.body.agent_id}/restart`, {}, small);
    expect(await restart(top.token)).toMatchObject({ status: 429, body: { code: 'LIMIT_REACHED' } });
    expect((await restart(small.token)).status).toBe(200);
  });

  test('case 80: a thousand deployments at once: as many as it may have are taken, the rest is told to wait', async () => {
    const small = await startShells({
      max_descendants_per_agent: 20,
      max_running: 2,
      max_queued: 5000,
      agent_connections: 1000,
    });
    const [top, other] = [await parent('p80', small), await parent('q80', small)];
    // As many connections as there may be; each brings the next request as soon as it can.
    const pool = new Pool(small.url, { connections: 250 });
    onTestFinished(() => pool.close());
    const flood = Array.from({ length: 1000 }, async (_, index) => {
      const { statusCode, headers, body } = await pool.request({
        method: 'POST',
        path: '/api/coordinator/deploy',
        headers: { authorization: `Bearer ${top.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(childOf(`c80-${index}`)),
      });
      return { status: statusCode, retryAfter: headers['retry-after'], body: (await body.json()) as { code?: string } };
    });
    const fine = await call(other.token, 'POST', 'deploy', childOf('other80'), small);
    const answers = await Promise.all(flood);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(20);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(980);
    for (const { retryAfter, body } of refused) {
      expect(Number(retryAfter)).toBeGreaterThan(0);
      expect(['LIMIT_REACHED', 'RATE_LIMITED']).toContain(body.code);
    }
    expect(new Set(refused.map(({ body }) => body.code)).size).toBe(2);
    expect(fine.status).toBe(202);
  });
});

describe('what stands in a request', () => {
  test('case 74: a name of two lines is refused; in a line of the log nothing begins a new one', async () => {
    const top = await parent('p74');
    for (const name of ['a\n2026-01-01 INFO fake', 'a\u202Eb', 'a\u0007']) {
      const refused = await call(top.token, 'POST', 'deploy', childOf('c74', { name }));
      expect(refused).toMatchObject({ status: 422, body: { code: 'INVALID_REQUEST' } });
    }
    await call(top.token, 'POST', `agents/${encodeURIComponent('x\ny')}/stop`, {});
    const lines = coordinator.output.split('\n');
    expect(lines.filter((line) => line.startsWith('y') || line.includes('INFO fake'))).toEqual([]);
  });

  test('case 81: a prompt that looks like an option reaches the program as a prompt', async () => {
    for (const [id, prompt] of [
      ['help81', '--help'],
      ['run81', '-c touch pwned81'],
    ] as const) {
      const answer = await coordinator.client.deploy({
        request_id: id,
        agent_type: 'L1',
        config: { prompt, runtime: 'cat', args: ['--dangerously-skip-permissions'] },
      });
      const agentId = answer.ok ? answer.value.record.agent_id : '';
      expect(await coordinator.ended(agentId)).toMatchObject({ status: 'completed' });
      expect(coordinator.log(agentId)).toBe(prompt);
    }
    expect(existsSync(coordinator.path('pwned81'))).toBe(false);
  });

  test('case 83: a working folder outside is refused, by whatever way it is named; nothing is made', async () => {
    const outside = mkdtempSync(`${tmpdir()}/ziggie-outside-`);
    onTestFinished(() => rmSync(outside, { recursive: true, force: true }));
    mkdirSync(coordinator.path('work'), { recursive: true });
    symlinkSync(outside, coordinator.path('work', 'way-out'));
    for (const [index, cwd] of ['../../x', outside, 'work/way-out', 'work/../../x', '/proc/self/cwd'].entries()) {
      const refused = await call(coordinator.token, 'POST', 'deploy', {
        request_id: `c83-${index}`,
        agent_type: 'L1',
        config: { prompt: 'touch made83', cwd },
      });
      expect(refused, cwd).toMatchObject({ status: 422, body: { code: 'PATH_NOT_ALLOWED' } });
      expect(isAccepted(`c83-${index}`)).toBe(false);
    }
    expect(existsSync(`${outside}/made83`)).toBe(false);
  });
});
