/**
 * The clients of the original design, as they were drawn up before there was a coordinator: a file client that writes its
 * request in place and looks for the answer twice a second, a monitor over HTTP, and the socket that a dashboard page reads.
 * They know nothing of ours but the folder, the address and, new to them, a token. The code here is ours; what it does, in
 * which order and with which fields, is theirs.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

type Json = Record<string, unknown>;

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'sh',
      runtimes: { sh: { kind: 'command', command: '/bin/sh' } },
      limits: { min_free_memory_mb: 0, grace_seconds: 5 },
      report: { required: false },
    },
  });
  mkdirSync(coordinator.path('prompts'), { recursive: true });
  writeFileSync(coordinator.path('prompts/quick.md'), 'echo worked\n');
  writeFileSync(coordinator.path('prompts/long.md'), 'echo began; exec sleep 600\n');
});
afterAll(async () => {
  expect(await coordinator.dispose()).toEqual([]);
});

/** A name by the second, as all of theirs are; the clock is the test's, so that a second can be the same or another. */
const clock = { now: Date.parse('2025-11-09T14:30:00Z') };
const stamp = (): string => new Date(clock.now).toISOString().slice(0, 19);

class OriginalFileClient {
  readonly #parent: string;
  readonly #root: string;

  constructor(parent: string, root: string) {
    this.#parent = parent;
    this.#root = root;
  }

  async deploy(agentType: string, promptFile: string, model = 'haiku', timeout = 600): Promise<Json> {
    const [day, time] = stamp().replaceAll(/[-:]/g, '').split('T');
    const requestId = `deploy_${day}_${time}`;
    const request = {
      request_id: requestId,
      action: 'deploy',
      agent_type: agentType,
      parent_agent: this.#parent,
      config: { prompt_file: promptFile, model, timeout },
      timestamp: new Date(clock.now).toISOString().replace('Z', '000'),
    };
    await writeInPlace(join(this.#root, 'requests', `${requestId}.json`), JSON.stringify(request, null, 2));
    const answer = join(this.#root, 'responses', `${requestId}_response.json`);
    const error = join(this.#root, 'responses', `${requestId}_error.json`);
    for (const end = Date.now() + timeout * 1000; Date.now() < end; await pause(500)) {
      if (existsSync(answer)) return takeFile(answer);
      if (existsSync(error)) throw new Error(`Deployment failed: ${String(takeFile(error)['error'])}`);
    }
    throw new Error(`no answer within ${timeout} s`);
  }

  status(agentId: string): Json {
    const file = join(this.#root, 'state', `${agentId}.json`);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Json) : { error: 'Agent not found' };
  }

  /** Reads every file of the folder, whatever it is: none may be there that is not an agent's. */
  mine(): Json[] {
    const folder = join(this.#root, 'state');
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
      .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Json)
      .filter(({ parent_agent }) => parent_agent === this.#parent);
  }
}

/** Opened under its own name and filled bit by bit, as a buffered writer does: half of it can be seen. */
async function writeInPlace(path: string, text: string): Promise<void> {
  const file = openSync(path, 'w');
  for (let at = 0; at < text.length; at += 40) {
    writeSync(file, text.slice(at, at + 40));
    await pause(1);
  }
  closeSync(file);
}

function takeFile(path: string): Json {
  const answer = JSON.parse(readFileSync(path, 'utf8')) as Json;
  unlinkSync(path);
  return answer;
}

/** A deployment of its own in every test; the next second, so that its name is new. */
const nextSecond = (): void => void (clock.now += 1000);

describe('the file client', () => {
  test('deploys three workers, one after the other, and watches them by their state files', async () => {
    const client = new OriginalFileClient('overwatch_001', coordinator.root);
    const workers: Json[] = [];
    for (const place of [1, 2, 3]) {
      nextSecond();
      // Its prompts are named by their whole path below the root.
      workers.push(await client.deploy(`L2.${place}`, coordinator.path('prompts/long.md')));
    }
    for (const [index, worker] of workers.entries()) {
      expect(worker).toMatchObject({
        request_id: expect.stringMatching(/^deploy_20251109_1430\d\d$/) as string,
        agent_id: expect.stringMatching(/^agent_\d{8}_\d{6}_\d+$/) as string,
        pid: expect.any(Number) as number,
        status: 'running',
        parent_agent: 'overwatch_001',
        agent_type: `L2.${index + 1}`,
        model: 'haiku',
        deployed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        log_file: coordinator.path('logs', `${String(worker['agent_id'])}.log`),
        prompt_file: expect.any(String) as string,
      });
      expect(client.status(String(worker['agent_id']))).toMatchObject({ status: 'running', pid: worker['pid'] });
    }
    const ids = workers.map(({ agent_id }) => agent_id);
    const mine = client.mine().map(({ agent_id }) => agent_id);
    expect(mine).toHaveLength(ids.length);
    expect(new Set(mine)).toEqual(new Set(ids));
    expect(new OriginalFileClient('overwatch_002', coordinator.root).mine()).toEqual([]);
    expect(client.status('agent_20200101_000000_1')).toEqual({ error: 'Agent not found' });
    // It has taken its answers away, and its requests are done with.
    expect(readdirSync(coordinator.path('responses')).filter((name) => name.startsWith('deploy_2025'))).toEqual([]);
    expect(readdirSync(coordinator.path('requests')).filter((name) => name.endsWith('.json'))).toEqual([]);
    for (const id of ids) await coordinator.client.stop(String(id));
    await waitFor('their state files say so', () => client.mine().every(({ status }) => status === 'stopped'));
  });

  test('reads in the state file how a worker ended', async () => {
    const client = new OriginalFileClient('overwatch_003', coordinator.root);
    nextSecond();
    const worker = await client.deploy('L2.1', coordinator.path('prompts/quick.md'));
    const id = String(worker['agent_id']);
    const ended = await waitFor('it has ended', () => {
      const found = client.status(id);
      return found['status'] !== 'running' && found['status'] !== 'starting' && found;
    });
    expect(ended).toMatchObject({ status: 'completed', exit_code: 0, parent_agent: 'overwatch_003' });
    expect(coordinator.log(id)).toBe('worked\n');
  });

  test('is told by the error file what was wrong, and nothing is started', async () => {
    const client = new OriginalFileClient('overwatch_004', coordinator.root);
    nextSecond();
    await expect(client.deploy('L2.1', coordinator.path('prompts/nobody-wrote-it.md'))).rejects.toThrow(
      /^Deployment failed: .*nobody-wrote-it\.md/,
    );
    expect(client.mine()).toEqual([]);
  });

  test('asking for two different agents within one second, which it names alike, it gets one and a refusal', async () => {
    const client = new OriginalFileClient('overwatch_005', coordinator.root);
    nextSecond();
    const first = await client.deploy('L2.1', coordinator.path('prompts/quick.md'));
    await expect(client.deploy('L2.2', coordinator.path('prompts/quick.md'))).rejects.toThrow(/^Deployment failed: /);
    expect(client.mine().map(({ agent_id }) => agent_id)).toEqual([first['agent_id']]);
    nextSecond();
    const second = await client.deploy('L2.2', coordinator.path('prompts/quick.md'));
    expect(second['agent_id']).not.toBe(first['agent_id']);
  });
});

/** What its monitor sends is what a plain HTTP library sends; the token is what is new. */
async function ask(method: 'GET' | 'POST', path: string, body?: Json): Promise<{ status: number; answer: Json }> {
  const response = await fetch(`${coordinator.url}/api/coordinator${path}`, {
    method,
    headers: {
      authorization: `Bearer ${coordinator.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, answer: (await response.json()) as Json };
}

describe('the monitor over HTTP', () => {
  test('deploys, lists with its filters, looks at one and stops it', async () => {
    const request = {
      request_id: 'monitor-1',
      action: 'deploy',
      agent_type: 'L2.1',
      parent_agent: 'overwatch_006',
      config: { prompt_file: 'prompts/long.md', model: 'haiku' },
    };
    const { answer: deployed } = await ask('POST', '/deploy', request);
    expect(deployed).toMatchObject({ request_id: 'monitor-1', agent_type: 'L2.1', model: 'haiku' });
    const id = String(deployed['agent_id']);
    await waitFor('it runs', async () => (await ask('GET', `/agents/${id}`)).answer['status'] === 'running');

    const query = new URLSearchParams({ status: 'running', parent_agent: 'overwatch_006' });
    const { answer: list } = await ask('GET', `/agents?${query.toString()}`);
    expect(list).toMatchObject({ total: 1, agents: [{ agent_id: id, status: 'running' }] });
    expect((await ask('GET', '/agents')).answer['total']).toBeGreaterThanOrEqual(1);

    const { status, answer: one } = await ask('GET', `/agents/${id}`);
    expect(status).toBe(200);
    expect(one).toMatchObject({ agent_id: id, pid: expect.any(Number) as number, status: 'running' });
    expect(one).toHaveProperty('cpu_percent');
    expect(one).toHaveProperty('memory_mb');

    // It posts a stop without a body.
    const stopped = await ask('POST', `/agents/${id}/stop`);
    expect(stopped).toMatchObject({ status: 200, answer: { agent_id: id, status: 'stopped' } });
    expect((await ask('GET', `/agents/${id}`)).answer['status']).toBe('stopped');
  });

  test('is told 404 with words in `detail` for an agent that is not there', async () => {
    for (const [method, path] of [
      ['GET', '/agents/agent_20200101_000000_1'],
      ['POST', '/agents/agent_20200101_000000_1/stop'],
    ] as const) {
      const { status, answer } = await ask(method, path);
      expect(status).toBe(404);
      expect(answer['detail']).toContain('agent_20200101_000000_1');
    }
  });
});

interface PageRow {
  readonly agent_id: string;
  readonly agent_type: string;
  readonly parent_agent?: string | null;
  readonly status: string;
  readonly execution_time_seconds: number | null;
  /** Of the record; the page itself looks below `process_info`. */
  readonly cpu_percent: number | null;
  readonly memory_mb: number | null;
  readonly process_info?: { readonly cpu_percent?: number | null; readonly memory_mb?: number | null };
}

/** One row of its table: the id, the type, the parent, the status, the time, CPU and memory. */
const cellsOf = (agent: PageRow): string[] => [
  agent.agent_id,
  agent.agent_type,
  agent.parent_agent || 'Ziggie',
  agent.status,
  `${agent.execution_time_seconds ?? ''}s`,
  String(agent.process_info?.cpu_percent || '-'),
  agent.process_info?.memory_mb?.toFixed(1) || '-',
];

/** A page in a browser cannot send a header, so it opens its socket with a ticket. */
async function openPage() {
  const response = await fetch(`${coordinator.url}/api/ticket`, {
    method: 'POST',
    headers: { authorization: `Bearer ${coordinator.token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  const { ticket } = (await response.json()) as { ticket: string };
  const socket = new WebSocket(`ws://localhost:${coordinator.port}/ws/coordinator?interval=2&ticket=${ticket}`);
  onTestFinished(() => socket.terminate());
  const page: { rows: readonly PageRow[]; running: number; messages: Json[] } = { rows: [], running: 0, messages: [] };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Json & { agents?: PageRow[] };
    page.messages.push(message);
    if (!message.agents) return;
    page.rows = message.agents;
    page.running = message.agents.filter(({ status }) => status === 'running').length;
  });
  return page;
}

test('the page: each message fills its table and its count of what runs', { timeout: 60_000 }, async () => {
  const page = await openPage();
  await waitFor('the page shows something', () => page.messages.length > 0);
  const before = page.running;
  const config = { prompt_file: 'prompts/long.md', model: 'haiku' };
  const { answer } = await ask('POST', '/deploy', { request_id: 'page-1', agent_type: 'L1', config });
  const id = String(answer['agent_id']);
  const row = (): PageRow | undefined => page.rows.find(({ agent_id }) => agent_id === id);
  await waitFor('the page shows that it runs', () => row()?.status === 'running', { timeoutMs: 20_000 });
  expect(page.running).toBe(before + 1);
  expect(row()?.process_info, 'where the page looks for CPU and memory').toMatchObject({
    cpu_percent: row()?.cpu_percent,
    memory_mb: row()?.memory_mb,
  });
  const cells = cellsOf(row() as PageRow);
  expect(cells.slice(0, 4)).toEqual([id, 'L1', 'Ziggie', 'running']);
  expect(cells[5]).toMatch(/^(-|\d+(\.\d+)?)$/);
  expect(cells[6]).toMatch(/^(-|\d+\.\d)$/);

  const child = {
    request_id: 'page-2',
    agent_type: 'L2.1',
    parent_agent: id,
    config: { prompt_file: 'prompts/quick.md' },
  };
  const { answer: below } = await ask('POST', '/deploy', child);
  const rowBelow = (): PageRow | undefined => page.rows.find(({ agent_id }) => agent_id === below['agent_id']);
  await waitFor('the page shows that it completed', () => rowBelow()?.status === 'completed', { timeoutMs: 20_000 });
  expect(cellsOf(rowBelow() as PageRow).slice(1, 4)).toEqual(['L2.1', id, 'completed']);
  expect(cellsOf(rowBelow() as PageRow)[4]).toMatch(/^\d+(\.\d+)?s$/);

  await ask('POST', `/agents/${id}/stop`);
  await waitFor('the page shows the end of it', () => row()?.status === 'stopped', { timeoutMs: 20_000 });
  expect(page.running).toBe(before);
  for (const message of page.messages) {
    expect(message).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      active_agents: expect.any(Number) as number,
      agents: expect.any(Array) as unknown[],
    });
  }
});
