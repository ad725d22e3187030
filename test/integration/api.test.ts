/** The rest of the API over real sockets: history, measurements, metrics, settings, reconcile, the reference. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { followFleet } from '../../clients/typescript/socket-client.ts';
import type { ReconcileAnswer } from '../../protocol/api.ts';
import { type EventPage, eventPageSchema } from '../../protocol/event-page.ts';
import { type Metrics, metricsSchema, samplesAnswerSchema, type SamplesAnswer } from '../../protocol/measures.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { type Settings, settingsSchema } from '../../protocol/settings.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { mcpOverHttp } from '../rig/mcp-client.ts';
import { raw, request } from '../rig/raw-http.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';
import { deployScript, letGo, shellConfig, startShells, untilFile } from './cases/shell-agents.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config: shellConfig() });
});
afterAll(async () => {
  await coordinator.dispose();
});

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly at?: TestCoordinator;
}

async function call<T>(path: string, { method = 'GET', body, token, at = coordinator }: Asked = {}) {
  const answer = await fetch(`${at.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token ?? at.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
}

/** All events from one place on, page by page. */
async function history(path: string, limit: number, asked: Asked = {}): Promise<EventPage['events']> {
  const events: EventPage['events'] = [];
  for (let since = 0; ;) {
    const { body } = await call<EventPage>(`${path}?since=${since}&limit=${limit}`, asked);
    const page = eventPageSchema.parse(body);
    events.push(...page.events);
    if (page.is_complete) return events;
    since = page.next_since;
  }
}

describe('events', () => {
  test('pages hold what the journal holds, in its order, without prompts and hashes; also after a restart', async () => {
    const mine = await startShells();
    const { agentId } = await deployScript(mine, 'told', 'echo a secret prompt');
    await mine.ended(agentId);
    const inMemory = await history('/api/coordinator/events', 3, { at: mine });
    expect(inMemory.map(({ seq }) => seq)).toEqual(mine.journal().map(({ seq }) => seq));
    expect(inMemory.map(({ event }) => event.type)).toEqual(mine.journal().map(({ event }) => event.type));
    expect(JSON.stringify(inMemory)).not.toContain('a secret prompt');
    for (const { event } of mine.journal()) {
      if (event.type === 'agent_starting') expect(JSON.stringify(inMemory)).not.toContain(event.token_sha256);
    }
    await mine.stop();
    await mine.start();
    const fromFiles = await history('/api/coordinator/events', 4, { at: mine });
    expect(fromFiles.slice(0, inMemory.length)).toEqual(inMemory);
    expect(fromFiles.at(-1)?.event.type).toBe('coordinator_started');
  });

  test('of one agent, and of a branch with the agent’s own token', async () => {
    const { agentId } = await deployScript(coordinator, 'branch', untilFile('branch'));
    const other = await deployScript(coordinator, 'not-branch', 'exit 0');
    const token = await coordinator.agentToken(agentId);
    const child = await call<AgentRecord>('/api/coordinator/deploy', {
      method: 'POST',
      token,
      body: { agent_type: 'L2', config: { prompt: 'exit 0' } },
    });
    await coordinator.ended(child.body.agent_id);
    const types = (events: EventPage['events']): string[] =>
      events.map(({ event }) => event.type).filter((type) => type !== 'agent_usage');
    expect(types(await history(`/api/coordinator/agents/${child.body.agent_id}/events`, 1))).toEqual([
      'agent_accepted',
      'agent_starting',
      'agent_started',
      'agent_ended',
    ]);
    const seen = JSON.stringify(await history('/api/coordinator/events', 100, { token }));
    expect(seen).toContain(child.body.agent_id);
    expect(seen).not.toContain(other.agentId);
    expect(seen).not.toContain('coordinator_started');
    letGo(coordinator, 'branch');
  });

  test('a place that is not there yet, and numbers that are none, are refused', async () => {
    for (const query of [
      'since=999999999',
      'since=-1',
      'since=1e3',
      'limit=0',
      'limit=10001',
      'limit=x',
      'since=1&since=2',
    ]) {
      const answer = await call<{ code: string }>(`/api/coordinator/events?${query}`);
      expect([answer.status, answer.body.code], query).toEqual([422, 'INVALID_REQUEST']);
    }
  });
});

describe('what an agent uses', () => {
  test('is sampled while it runs, stands in its record, and stays known when it has ended', async () => {
    const { agentId } = await deployScript(coordinator, 'busy', `while [ ! -e stop-busy ]; do :; done`);
    const path = `/api/coordinator/agents/${agentId}/samples`;
    const sampled = await waitFor(
      'samples with processor time',
      async () => {
        const answer = samplesAnswerSchema.parse((await call<SamplesAnswer>(path)).body);
        return answer.samples.filter(({ cpu_percent }) => cpu_percent !== null).length >= 2 ? answer : null;
      },
      { timeoutMs: 30_000 },
    );
    expect(sampled.samples[0]).toMatchObject({ cpu_percent: null, processes: 1 });
    expect(sampled.cpu_percent_avg).toBeGreaterThan(0);
    expect(sampled.memory_mb_peak).toBeGreaterThan(0);
    const running = (await call<AgentRecord>(`/api/coordinator/agents/${agentId}`)).body;
    expect([typeof running.cpu_percent, typeof running.memory_mb]).toEqual(['number', 'number']);
    const listed = await coordinator.client.list();
    expect(listed.ok && listed.value.agents.find((one) => one.agent_id === agentId)?.memory_mb).toBeGreaterThan(0);
    letGo(coordinator, 'stop-busy');
    const ended = await coordinator.ended(agentId);
    expect(ended).toMatchObject({ cpu_percent: null, memory_mb: null });
    expect(ended.cpu_percent_avg).toBeGreaterThan(0);
    expect(coordinator.state(agentId)).toMatchObject({
      cpu_percent_avg: ended.cpu_percent_avg,
      memory_mb_peak: ended.memory_mb_peak,
    });
    expect((await call<SamplesAnswer>(path)).body.samples.length).toBeGreaterThanOrEqual(sampled.samples.length);
  });

  test('is unknown, not nought, for one that ended before anybody looked', async () => {
    const { agentId } = await deployScript(coordinator, 'brief', 'exit 0');
    const ended = await coordinator.ended(agentId);
    expect(ended).toMatchObject({ cpu_percent: null, memory_mb: null, cpu_percent_avg: null, memory_mb_peak: null });
    expect((await call<SamplesAnswer>(`/api/coordinator/agents/${agentId}/samples`)).body.samples).toEqual([]);
  });
});

describe('metrics', () => {
  test('count and time what there is, for people and for Prometheus alike', async () => {
    const mine = await startShells();
    for (const id of ['m1', 'm2', 'm3']) {
      const { agentId } = await deployScript(mine, id, id === 'm3' ? 'exit 1' : 'exit 0');
      await mine.ended(agentId);
    }
    const metrics = metricsSchema.parse((await call<Metrics>('/api/coordinator/metrics', { at: mine })).body);
    expect(metrics).toMatchObject({
      total: 3,
      by_status: { completed: 2, failed: 1 },
      by_level: { '1': 3 },
      by_runtime: { sh: 3 },
      tokens: null,
      cost_usd: null,
    });
    expect(metrics.times).toMatchObject([
      { agent_type: 'L1', model: null, agents: 3, execution_seconds: { count: 3 }, queue_seconds: { count: 3 } },
    ]);
    const scraped = await fetch(`${mine.url}/metrics`, { headers: { authorization: `Bearer ${mine.token}` } });
    expect(scraped.headers.get('content-type')).toContain('text/plain');
    const families = parsePrometheus(await scraped.text());
    const of = (name: string) => families.find((family) => family.name === name)?.metrics;
    expect(of('ziggie_agents')).toEqual(
      expect.arrayContaining([
        { value: '2', labels: { level: '1', runtime: 'sh', status: 'completed' } },
        { value: '1', labels: { level: '1', runtime: 'sh', status: 'failed' } },
      ]),
    );
    expect(of('ziggie_agents_accepted')).toEqual([{ value: '3' }]);
    expect(of('ziggie_waiting')).toEqual([{ value: '0' }]);
    const [times] = metrics.times;
    expect(of('ziggie_execution_seconds')).toContainEqual({
      value: String(times?.execution_seconds.average),
      labels: { agent_type: 'L1', model: '', stat: 'average' },
    });
  });
});

describe('the operator’s own', () => {
  test('is refused to an agent, at each address', async () => {
    const { agentId } = await deployScript(coordinator, 'not-operator', untilFile('not-operator'));
    const token = await coordinator.agentToken(agentId);
    for (const [method, path] of [
      ['GET', '/metrics'],
      ['GET', '/api/coordinator/settings'],
      ['PATCH', '/api/coordinator/settings'],
      ['POST', '/api/coordinator/reconcile'],
    ] as const) {
      const body = method === 'GET' ? undefined : {};
      const answer = await call<{ code: string }>(path, { method, token, ...(body === undefined ? {} : { body }) });
      expect([answer.status, answer.body.code], path).toEqual([403, 'NOT_ALLOWED']);
    }
    letGo(coordinator, 'not-operator');
  });

  test('settings: a patch is taken whole or not at all, counts at once where it can, and says where it cannot', async () => {
    const mine = await startShells({ max_running: 1 });
    const patch = (body: unknown) =>
      call<Settings & { detail: string }>('/api/coordinator/settings', { method: 'PATCH', body, at: mine });
    const first = await deployScript(mine, 'one', untilFile('never'));
    const second = await deployScript(mine, 'two', untilFile('never'));
    expect(await mine.client.get(second.agentId)).toMatchObject({ ok: true, value: { status: 'queued' } });
    const wrong = await patch({ limits: { max_running: 5, max_runing: 6 }, retention_days: -1 });
    expect(wrong.status).toBe(422);
    expect(wrong.body.detail).toContain('did you mean "max_running"');
    expect(wrong.body.detail).toContain('retention_days');
    expect(readFileSync(mine.path('config.json'), 'utf8')).not.toContain('5');
    const taken = await patch({ limits: { max_running: 2, log_limit_mb: 10 }, port: 50_000, report: null });
    const settings = settingsSchema.parse(taken.body);
    expect(settings.needs_restart).toEqual(['limits.log_limit_mb', 'port']);
    expect(settings.in_force.limits).toMatchObject({ max_running: 2, log_limit_mb: 64, grace_seconds: 1 });
    expect(settings.in_force.report.required).toBe(true);
    expect(settings.file).not.toHaveProperty('report');
    expect(JSON.parse(readFileSync(mine.path('config.json'), 'utf8'))).toEqual(settings.file);
    await waitFor('the second one starts', async () => {
      const now = await mine.client.get(second.agentId);
      return now.ok && now.value.status === 'running';
    });
    for (const { agentId } of [first, second]) await mine.client.stop(agentId);
    await mine.stop();
    await mine.start();
    const after = (await call<Settings>('/api/coordinator/settings', { at: mine })).body;
    expect(after).toMatchObject({ needs_restart: [], in_force: { port: 50_000, limits: { log_limit_mb: 10 } } });
  });

  test('settings: an edit on disk is in force and told on the stream, and a patch against the version before is refused', async () => {
    const mine = await startShells({ max_running: 1 });
    const told: string[] = [];
    const live = { is: false };
    const feed = followFleet({
      client: mine.client,
      WebSocket,
      onSnapshot: () => undefined,
      onEvent: () => undefined,
      onState: ({ status }) => (live.is = status === 'live'),
      onConfig: (revision) => told.push(revision),
    });
    onTestFinished(() => feed.close());
    await waitFor('the stream is open', () => live.is);
    const first = await call<Settings>('/api/coordinator/settings', { at: mine });
    expect(first.headers.get('etag')).toBe(`"${first.body.revision}"`);
    await deployScript(mine, 'one', untilFile('never'));
    const second = await deployScript(mine, 'two', untilFile('never'));
    const config = JSON.parse(readFileSync(mine.path('config.json'), 'utf8')) as { limits: object };
    writeFileSync(
      mine.path('config.json'),
      JSON.stringify({ ...config, limits: { ...config.limits, max_running: 2 } }),
    );
    await waitFor('the edit is told', () => told.length === 1);
    await waitFor('the second one starts', async () => {
      const now = await mine.client.get(second.agentId);
      return now.ok && now.value.status === 'running';
    });
    const refused = await mine.client.patchSettings({ limits: { max_running: 7 } }, first.body.revision);
    expect(refused).toMatchObject({ ok: false, failure: { code: 'CONFIG_CHANGED', details: { revision: told[0] } } });
    expect((await mine.client.patchSettings({ retention_days: 9 }, told[0])).ok).toBe(true);

    writeFileSync(mine.path('config.json'), '{"limits": {"max_runing": 3}}');
    await waitFor('the broken file is told', () => told.length === 3);
    const broken = (await call<Settings>('/api/coordinator/settings', { at: mine })).body;
    expect(broken).toMatchObject({ in_force: { limits: { max_running: 2 }, retention_days: 9 } });
    expect(broken.problem).toContain('limits.max_runing: unknown key; did you mean "max_running"?');
    expect(mine.output).toContain(broken.problem);
    const doctor = await startZiggie(['doctor', '--root', mine.root, '--json']).end;
    const { checks } = JSON.parse(doctor.out) as { checks: { name: string; message: string }[] };
    expect(checks.find(({ name }) => name === 'config.json')?.message).toBe(broken.problem);
  });

  test('require_tokens: a request file without one is refused, with one it is carried out', async () => {
    const mine = await TestCoordinator.start({ config: { ...shellConfig(), require_tokens: true } });
    onTestFinished(async () => void (await mine.dispose()));
    const ask = (request_id: string, token: string | null) =>
      mine.dropAndAnswer({ request_id, agent_type: 'L1', token, config: { prompt: 'exit 0' } });
    expect(await ask('without', null)).toMatchObject({ status: 'error', code: 'UNAUTHENTICATED' });
    expect(await ask('with', mine.token)).toMatchObject({ request_id: 'with' });
  });

  test('reconcile: looks at files, runs, state files and the snapshot now', async () => {
    const mine = await startShells();
    const { agentId } = await deployScript(mine, 'seen', untilFile('never'));
    rmSync(mine.path('state'), { recursive: true });
    rmSync(mine.path('db.json'), { force: true });
    const { status, body } = await call<ReconcileAnswer>('/api/coordinator/reconcile', {
      method: 'POST',
      body: {},
      at: mine,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      requests_found: 0,
      identities: { checked: 1, match: 1, mismatch: 0, gone: 0, unknown: 0 },
      state_files_written: 1,
    });
    const snapshot = JSON.parse(readFileSync(mine.path('db.json'), 'utf8')) as { seq: number };
    expect(body.snapshot_seq).toBe(snapshot.seq);
    await waitFor('its state file is there again', () => existsSync(mine.path('state', `${agentId}.json`)));
    await mine.client.stop(agentId);
  });
});

describe('limits', () => {
  test('an agent that asks without a pause is told to wait; others are served', async () => {
    const mine = await startShells({ agent_requests_per_second: 1 });
    const { agentId } = await deployScript(mine, 'restless', untilFile('never'));
    const token = await mine.agentToken(agentId);
    const answers = [];
    for (let index = 0; index < 12; index++) {
      answers.push(await call<{ code?: string; details?: object }>('/api/coordinator/agents', { token, at: mine }));
    }
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThanOrEqual(2);
    for (const { status, headers, body } of refused) {
      expect([status, body.code]).toEqual([429, 'RATE_LIMITED']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await call('/api/coordinator/agents', { at: mine })).status).toBe(200);
    await mine.client.stop(agentId);
  });

  test('deployments of one agent are counted together, by HTTP and as MCP tools; the operator may go on', async () => {
    const mine = await startShells({ agent_deploys_per_second: 0.4, max_running: 1 });
    const { agentId } = await deployScript(mine, 'keen', untilFile('never'));
    const token = await mine.agentToken(agentId);
    const child = { agent_type: 'L2', config: { prompt: 'exit 0' } };
    const deploy = (path: string, body: object) =>
      call<{ code?: string; detail?: string }>(`/api/coordinator/${path}`, { method: 'POST', body, token, at: mine });
    const mcp = await mcpOverHttp(mine.url, token);
    onTestFinished(() => mcp.close());
    expect((await deploy('deploy', child)).status).toBe(202);
    expect((await deploy('deploy/batch', { agents: [child, child] })).status).toBe(200);
    const calls = await Promise.all(
      [1, 2, 3, 4].map(() => mcp.call('deploy_agent', { agent_type: 'L2', prompt: 'exit 0' })),
    );
    expect(calls.filter(({ code }) => code === null)).toHaveLength(2);
    expect(calls.filter(({ code }) => code === 'RATE_LIMITED')).toHaveLength(2);
    const batch = await mcp.call('deploy_agents', { agents: [{ agent_type: 'L2', prompt: 'exit 0' }] });
    const byHttp = await deploy('deploy', child);
    expect([batch.code, byHttp.status, byHttp.body.code]).toEqual(['RATE_LIMITED', 429, 'RATE_LIMITED']);
    expect(Number(byHttp.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(batch.text).toContain('More than 4 deployments in 10 s');
    for (const id of ['a', 'b', 'c', 'd', 'e']) await deployScript(mine, `operator-${id}`, 'exit 0');
  });

  test('a queue that is full says when to ask again', async () => {
    const mine = await startShells({ max_running: 1, max_queued: 1 });
    for (const id of ['running', 'queued']) await deployScript(mine, id, untilFile('never'));
    const full = await call<{ code: string }>('/api/coordinator/deploy', {
      method: 'POST',
      body: { agent_type: 'L1', config: { prompt: 'exit 0' } },
      at: mine,
    });
    expect([full.status, full.body.code, full.headers.get('retry-after')]).toEqual([503, 'QUEUE_FULL', '5']);
  });
});

describe('the reference', () => {
  test('for programs it asks for a token, and is the committed one', async () => {
    expect((await fetch(`${coordinator.url}/openapi.json`)).status).toBe(401);
    const { body } = await call<object>('/openapi.json');
    expect(body).toEqual(JSON.parse(readFileSync('docs/openapi.json', 'utf8')));
  });

  test('for people it is open, also from a link elsewhere, and can do nothing', async () => {
    const headers = {
      Host: `127.0.0.1:${coordinator.port}`,
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
    };
    for (const [path, type] of [
      ['/docs', 'text/html'],
      ['/docs.css', 'text/css'],
    ] as const) {
      const page = await raw(coordinator.port, request(`GET ${path}`, headers));
      expect(page.status).toBe(200);
      expect(page.head).toContain(type);
      expect(page.head).toContain("default-src 'none'");
      expect(page.body).not.toContain(coordinator.token);
      expect(page.body).not.toContain(coordinator.root);
    }
  });
});

test('an Idempotency-Key is the request_id of a body that names none', async () => {
  const ask = (key: string, more: Record<string, unknown> = {}, token = coordinator.token) =>
    fetch(`${coordinator.url}/api/coordinator/deploy`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ agent_type: 'L1', config: { prompt: 'exit 0' }, ...more }),
    });
  const first = await ask('key-1');
  const again = await ask('key-1');
  expect([first.status, again.status, again.headers.get('idempotent-replay')]).toEqual([201, 200, 'true']);
  expect((await first.json()) as AgentRecord).toMatchObject({ request_id: 'key-1' });
  for (const [named, status, answer] of [
    ['key-2', 422, ask('key-2', { agent_type: 'L99' })],
    ['key-3', 401, ask('key-3', {}, 'x'.repeat(43))],
    ['body-4', 422, ask('key-4', { agent_type: 'L99', request_id: 'body-4' })],
    [null, 422, ask('key-5', { request_id: '../body' })],
    [null, 422, ask('../key')],
  ] as const) {
    const refused = await answer;
    expect([refused.status, await refused.json()]).toEqual([status, expect.objectContaining({ request_id: named })]);
  }
});
