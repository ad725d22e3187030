import { afterEach, describe, expect, it } from 'vitest';
import { createHttpClient, exchangeCode } from '../../../clients/typescript/http-client.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';
import {
  type ContractServer,
  cut,
  json,
  problem,
  type Script,
  startContractServer,
} from '../../rig/contract-server.ts';

const deployPath = 'POST /api/coordinator/deploy';
const logPath = 'GET /api/coordinator/agents/a/log';
const servers: ContractServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function connect(routes: Script['routes']) {
  const server = await startContractServer({ ...(routes === undefined ? {} : { routes }) });
  servers.push(server);
  return { server, client: createHttpClient({ url: `${server.url}/`, token: 'secret' }) };
}

const task = { agent_type: 'L1', config: { prompt: 'work' } };
const requestIds = (server: ContractServer) =>
  server.seen.map(({ body }) => (body as { request_id: string }).request_id);

describe('deploying', () => {
  it('sends the token and a made-up request_id, and returns the record', async () => {
    const record = agentRecordWith({ status: 'running' });
    const { client, server } = await connect({ [deployPath]: json(record, 201) });
    expect(await client.deploy(task)).toEqual({ ok: true, value: { record, replayed: false } });
    const [seen] = server.seen;
    expect(seen?.headers.authorization).toBe('Bearer secret');
    expect(seen?.body).toMatchObject({ action: 'deploy', agent_type: 'L1', config: { prompt: 'work' } });
    expect(requestIds(server)[0]).toMatch(/^deploy_\d{8}_\d{6}_[0-9a-f]{12}$/);
  });

  it('names every deployment anew and keeps a request_id that was given', async () => {
    const { client, server } = await connect({ [deployPath]: json(agentRecordWith()) });
    await client.deploy(task);
    await client.deploy(task);
    await client.deploy({ ...task, request_id: 'mine' });
    const [first, second, third] = requestIds(server);
    expect(first).not.toBe(second);
    expect(third).toBe('mine');
  });

  it('sends a deployment whose connection broke again under the same request_id', async () => {
    const { client, server } = await connect({ [deployPath]: [cut, cut, json(agentRecordWith(), 201)] });
    expect(await client.deploy(task)).toMatchObject({ ok: true });
    expect(new Set(requestIds(server)).size).toBe(1);
    expect(server.seen).toHaveLength(3);
  });

  it('gives up after the second repetition', async () => {
    const { client, server } = await connect({ [deployPath]: cut });
    const answer = await client.deploy(task);
    expect(answer).toMatchObject({ ok: false, failure: { code: 'UNREACHABLE' } });
    expect(server.seen).toHaveLength(3);
  });

  it('does not repeat what the coordinator turned down, and returns its failure whole', async () => {
    const failure = { code: 'UNKNOWN_RUNTIME', message: 'No runtime "x".', details: { given: 'x' } } as const;
    const { client, server } = await connect({ [deployPath]: problem(failure) });
    expect(await client.deploy(task)).toEqual({ ok: false, failure });
    expect(server.seen).toHaveLength(1);
  });

  it('tells the replay of an earlier answer', async () => {
    const { client } = await connect({ [deployPath]: json(agentRecordWith(), 200, { 'Idempotent-Replay': 'true' }) });
    expect(await client.deploy(task)).toMatchObject({ ok: true, value: { replayed: true } });
  });
});

describe('when nobody answers properly', () => {
  it('names the address and what to do when the connection is refused', async () => {
    const { client, server } = await connect({});
    await server.close();
    const answer = await client.list();
    expect(answer).toMatchObject({ ok: false, failure: { code: 'UNREACHABLE', details: { trouble: 'refused' } } });
    expect(answer.ok ? '' : answer.failure.message).toBe(
      `Nothing answers at ${server.url} (connection refused). Is the coordinator running? Start it with \`ziggie serve\`.`,
    );
  });

  it('stops waiting at its limit', async () => {
    const { server } = await connect({ 'GET /health': () => undefined });
    const client = createHttpClient({ url: server.url, token: 'secret', timeoutMs: 100 });
    expect(await client.health()).toMatchObject({ ok: false, failure: { details: { trouble: 'timeout' } } });
  });

  it.each([
    ['a page of some other server', (_: unknown, response: { end: (text: string) => void }) => response.end('<html>')],
    ['a record without its status', json({ ...agentRecordWith(), status: 'dancing' })],
    ['a failure code of another version', json({ code: 'NEW_CODE', detail: 'x' }, 422)],
  ])('calls %s an unexpected answer', async (_name, route) => {
    const { client } = await connect({ 'GET /api/coordinator/agents/a': route });
    expect(await client.get('a')).toMatchObject({ ok: false, failure: { code: 'UNEXPECTED_ANSWER' } });
  });
});

describe('asking', () => {
  it('puts the filters into the query', async () => {
    const { client, server } = await connect({ 'GET /api/coordinator/agents': json({ total: 0, agents: [] }) });
    expect(await client.list({ status: 'running', parent_agent: 'p' })).toEqual({
      ok: true,
      value: { total: 0, agents: [], next_cursor: null },
    });
    expect(server.seen[0]?.query.toString()).toBe('status=running&parent_agent=p');
  });

  it('keeps an odd agent id inside its place in the address', async () => {
    const { client, server } = await connect({});
    await client.get('../../health?x');
    expect(server.seen[0]?.path).toBe('/api/coordinator/agents/..%2F..%2Fhealth%3Fx');
  });

  it('sends the reason of a stop, and none when there is none', async () => {
    const stopped = { agent_id: 'a', status: 'stopped', stopped: [] };
    const { client, server } = await connect({ 'POST /api/coordinator/agents/a/stop': json(stopped) });
    await client.stop('a', 'enough');
    expect(await client.stop('a')).toEqual({ ok: true, value: stopped });
    const request = { action: 'stop', request_id: expect.stringMatching(/^stop_/) };
    expect(server.seen.map(({ body }) => body)).toEqual([{ ...request, reason: 'enough' }, request]);
  });

  it('asks for health without the token', async () => {
    const { client, server } = await connect({ 'GET /health': json({ status: 'ok', api_version: '1.2' }) });
    expect(await client.health()).toMatchObject({ ok: true, value: { status: 'ok' } });
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('gets a ticket, and a token for a one-time code', async () => {
    const { client, server } = await connect({
      'POST /api/ticket': json({ ticket: 't1' }),
      'POST /api/session': json({ token: 'bearer' }),
    });
    expect(await client.ticket()).toEqual({ ok: true, value: 't1' });
    expect(await exchangeCode(server.url, 'once')).toEqual({ ok: true, value: 'bearer' });
    expect(server.seen[1]?.body).toEqual({ code: 'once' });
  });
});

describe('reading a log', () => {
  const piece =
    (text: string, contentRange: string, status = 206) =>
    (
      _seen: unknown,
      response: { writeHead: (status: number, headers: Record<string, string>) => { end: (text: string) => void } },
    ) => {
      response.writeHead(status, { 'content-type': 'text/plain', 'content-range': contentRange }).end(text);
    };

  it.each([
    [{ start: 3 }, 'bytes=3-'],
    [{ start: 3, end: 8 }, 'bytes=3-7'],
    [{ lastBytes: 5 }, 'bytes=-5'],
  ])('asks for %j as %s', async (range, header) => {
    const { client, server } = await connect({ [logPath]: piece('lo wo', 'bytes 3-7/11') });
    const answer = await client.readLog('a', range);
    expect(server.seen[0]?.headers.range).toBe(header);
    expect(answer).toMatchObject({ ok: true, value: { start: 3, end: 8, total: 11 } });
    expect(answer.ok ? new TextDecoder().decode(answer.value.bytes) : '').toBe('lo wo');
  });

  it('takes an answer without a range as the whole log', async () => {
    const { client, server } = await connect({ [logPath]: (_seen, response) => response.end('hello') });
    expect(await client.readLog('a')).toMatchObject({ ok: true, value: { start: 0, end: 5, total: 5 } });
    expect(server.seen[0]?.headers.range).toBeUndefined();
  });

  it('is empty at the end of the log', async () => {
    const { client } = await connect({ [logPath]: piece('', 'bytes */11', 416) });
    expect(await client.readLog('a', { start: 11 })).toMatchObject({
      ok: true,
      value: { start: 11, end: 11, total: 11 },
    });
  });

  it('refuses a range that does not fit its bytes', async () => {
    const { client } = await connect({ [logPath]: piece('abc', 'bytes 0-9/11') });
    expect(await client.readLog('a', { start: 0, end: 10 })).toMatchObject({ failure: { code: 'UNEXPECTED_ANSWER' } });
  });
});
