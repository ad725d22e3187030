/** The HTTP door and its guard, spoken to over real sockets, byte by byte where a client library would be too polite. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { socketMessageSchema, type SocketMessage } from '../../protocol/socket-messages.ts';
import { emptyFleet, fleet } from '../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../protocol/fleet-snapshot.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config: { default_runtime: 'demo', limits: { max_running: 50 } } });
});
afterAll(async () => {
  await coordinator.dispose();
});

interface RawAnswer {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends these bytes and reads until the server closes. */
async function raw(text: string): Promise<RawAnswer> {
  const socket = connect(coordinator.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.write(text);
  await once(socket, 'close');
  const split = answer.indexOf('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1]),
    head: answer.slice(0, split),
    body: answer.slice(split + 4),
  };
}

function request(line: string, headers: Record<string, string>, body = ''): string {
  const all = { Connection: 'close', ...(body === '' ? {} : { 'Content-Length': String(body.length) }), ...headers };
  return `${line} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n${body}`;
}

const host = (): string => `127.0.0.1:${coordinator.port}`;
const bearer = (): Record<string, string> => ({ Host: host(), Authorization: `Bearer ${coordinator.token}` });
const json = { 'Content-Type': 'application/json' };
const deployBody = (id: string): string =>
  JSON.stringify({ request_id: id, agent_type: 'L1', config: { prompt: '@say x', report_required: false } });
const accepted = (): number => coordinator.journal().filter(({ event }) => event.type === 'agent_accepted').length;

describe('the guard', () => {
  test.each(['localhost', '127.0.0.1', '[::1]'])('serves %s with its port', async (name) => {
    expect((await raw(request('GET /health', { Host: `${name}:${coordinator.port}` }))).status).toBe(200);
  });

  test.each([
    'evil.test:PORT',
    'localhost',
    'localhost.:PORT',
    'localhost:1',
    '127.0.0.2:PORT',
    '0.0.0.0:PORT',
    '127.0.0.1.nip.io:PORT',
  ])('turns away Host %s, and says nothing of itself', async (name) => {
    const answer = await raw(request('GET /', { Host: name.replace('PORT', String(coordinator.port)) }));
    expect(answer.status).toBe(403);
    expect(answer.body).not.toContain('<');
  });

  test('turns away two Host lines, a target with a host, and HTTP/1.0 without Host', async () => {
    expect(
      (await raw(`GET /health HTTP/1.1\r\nHost: ${host()}\r\nHost: evil.test\r\nConnection: close\r\n\r\n`)).status,
    ).toBe(400);
    expect((await raw(request(`GET http://evil.test/health`, { Host: host() }))).status).toBeGreaterThanOrEqual(400);
    expect((await raw('GET /health HTTP/1.0\r\n\r\n')).status).toBeGreaterThanOrEqual(400);
  });

  test.each(['http://localhost:3000', 'null', 'https://evil.test'])(
    'turns away Origin %s, whatever the token, and starts nothing',
    async (origin) => {
      const before = accepted();
      const answer = await raw(
        request('POST /api/coordinator/deploy', { ...bearer(), ...json, Origin: origin }, deployBody('from-page')),
      );
      expect(answer.status).toBe(403);
      expect(answer.head.toLowerCase()).not.toContain('access-control');
      expect(accepted()).toBe(before);
    },
  );

  test('turns away what another page fetches, and its preflight', async () => {
    expect(
      (await raw(request('GET /api/coordinator/agents', { ...bearer(), 'Sec-Fetch-Site': 'cross-site' }))).status,
    ).toBe(403);
    const preflight = await raw(
      request('OPTIONS /api/coordinator/deploy', {
        Host: host(),
        Origin: 'https://evil.test',
        'Access-Control-Request-Method': 'POST',
      }),
    );
    expect(preflight.status).toBe(403);
    expect(preflight.head.toLowerCase()).not.toContain('access-control');
  });

  test.each([
    '/api/coordinator/agents',
    '/api/coordinator/agents/x',
    '/api/coordinator/agents/x/log',
    '/api/coordinator/agents/x/report',
    '/nothing',
  ])('asks for a token at %s', async (path) => {
    const answer = await raw(request(`GET ${path}`, { Host: host() }));
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    expect((await raw(request(`GET ${path}?token=${coordinator.token}`, { Host: host() }))).status).toBe(401);
    expect(
      (await raw(request(`GET ${path}`, { Host: host(), Authorization: `Bearer ${'x'.repeat(43)}` }))).status,
    ).toBe(401);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'takes no body of type %s',
    async (type) => {
      const answer = await raw(
        request('POST /api/coordinator/deploy', { ...bearer(), 'Content-Type': type }, deployBody('typed')),
      );
      expect(answer.status).toBe(415);
    },
  );

  test('sends the headers that keep the page to itself', async () => {
    const { head } = await raw(request('GET /', { Host: host() }));
    expect(head).toContain("default-src 'none'; script-src 'self'");
    expect(head).not.toContain('unsafe');
    for (const header of ['x-content-type-options: nosniff', 'referrer-policy: no-referrer', 'x-frame-options: DENY'])
      expect(head).toContain(header);
  });

  test('a body over 1 MiB is too large; a stop by GET is not allowed', async () => {
    // Large enough that the sender is still sending when the answer is known: it must get it all the same.
    const large = JSON.stringify({ request_id: 'big', padding: 'x'.repeat(12 * 1024 * 1024) });
    expect((await raw(request('POST /api/coordinator/deploy', { ...bearer(), ...json }, large))).status).toBe(413);
    expect((await raw(request('POST /api/coordinator/deploy', { Host: host(), ...json }, large))).status).toBe(401);
    expect((await raw(request('GET /api/coordinator/agents/x/stop', bearer()))).status).toBe(405);
  });
});

describe('deploy', () => {
  test('answers 201 with the running agent, 422 with the problem, 409 for another body', async () => {
    const first = await raw(request('POST /api/coordinator/deploy', { ...bearer(), ...json }, deployBody('h1')));
    expect(first.status).toBe(201);
    expect(JSON.parse(first.body)).toMatchObject({ request_id: 'h1', status: 'running' });
    const again = await raw(request('POST /api/coordinator/deploy', { ...bearer(), ...json }, deployBody('h1')));
    expect(again.status).toBe(200);
    expect(again.head.toLowerCase()).toContain('idempotent-replay: true');
    const other = await raw(
      request('POST /api/coordinator/deploy', { ...bearer(), ...json }, deployBody('h1').replace('@say x', '@say y')),
    );
    expect(other.status).toBe(409);
    const wrong = await raw(
      request('POST /api/coordinator/deploy', { ...bearer(), ...json }, deployBody('h2').replace('"L1"', '"boss"')),
    );
    expect(wrong.status).toBe(422);
    expect(wrong.head).toContain('application/problem+json');
    expect(JSON.parse(wrong.body)).toMatchObject({
      code: 'INVALID_REQUEST',
      request_id: 'h2',
      details: { problems: [{ path: 'agent_type', given: '"boss"' }] },
    });
  });
});

describe('an agent’s own token', () => {
  test('deploys and sees only its own branch, and dies with it', async () => {
    const deploy = (id: string, more: object = {}) =>
      coordinator.client.deploy({
        request_id: id,
        agent_type: 'L1',
        config: { prompt: '@work 60s', report_required: false },
        ...more,
      });
    const mine = await deploy('mine');
    const other = await deploy('other');
    const ids = [mine, other].map((answer) => (answer.ok ? answer.value.record : null));
    const token = await coordinator.agentToken(ids[0]?.agent_id ?? '');
    const as = { Host: host(), Authorization: `Bearer ${token}` };

    expect((await raw(request(`GET /api/coordinator/agents/${ids[1]?.agent_id}`, as))).status).toBe(404);
    expect(
      (await raw(request(`POST /api/coordinator/agents/${ids[1]?.agent_id}/stop`, { ...as, ...json }, '{}'))).status,
    ).toBe(404);
    const list = await raw(request('GET /api/coordinator/agents', as));
    expect(
      (JSON.parse(list.body) as { agents: { agent_id: string }[] }).agents.map(({ agent_id }) => agent_id),
    ).toEqual([ids[0]?.agent_id]);

    const child = { request_id: 'child', agent_type: 'L2.1', config: { prompt: '@say x', report_required: false } };
    const own = await raw(request('POST /api/coordinator/deploy', { ...as, ...json }, JSON.stringify(child)));
    expect(JSON.parse(own.body)).toMatchObject({ parent_agent: ids[0]?.agent_id });
    const elsewhere = { ...child, request_id: 'elsewhere', parent_agent: ids[1]?.agent_id };
    expect(
      (await raw(request('POST /api/coordinator/deploy', { ...as, ...json }, JSON.stringify(elsewhere)))).status,
    ).toBe(403);

    for (const one of ids) await coordinator.client.stop(one?.agent_id ?? '');
    expect((await raw(request('GET /api/coordinator/agents', as))).status).toBe(401);
  });

  test('is nowhere to be found in the root’s files', async () => {
    const answer = await coordinator.client.deploy({
      request_id: 'hidden',
      agent_type: 'L1',
      config: { prompt: '@work 60s', report_required: false },
    });
    const record = answer.ok ? answer.value.record : null;
    const token = await coordinator.agentToken(record?.agent_id ?? '');
    expect(token).toHaveLength(43);
    expect(filesWith(token)).toEqual([]);
    await coordinator.client.stop(record?.agent_id ?? '');
  });
});

describe('the log by range', () => {
  test('whole, from, to, the last bytes, and beyond the end', async () => {
    const answer = await coordinator.client.deploy({
      request_id: 'log',
      agent_type: 'L1',
      config: { prompt: '@say hello log', report_required: false },
    });
    const agentId = answer.ok ? answer.value.record.agent_id : '';
    await coordinator.ended(agentId);
    const text = coordinator.log(agentId);
    const get = (range?: string) =>
      raw(
        request(`GET /api/coordinator/agents/${agentId}/log`, {
          ...bearer(),
          ...(range === undefined ? {} : { Range: range }),
        }),
      );
    expect((await get()).body).toBe(text);
    expect(await get('bytes=2-5')).toMatchObject({ status: 206, body: text.slice(2, 6) });
    expect((await get('bytes=2-5')).head.toLowerCase()).toContain(`content-range: bytes 2-5/${text.length}`);
    expect((await get('bytes=4-')).body).toBe(text.slice(4));
    expect((await get('bytes=-3')).body).toBe(text.slice(-3));
    expect((await get(`bytes=${text.length}-`)).status).toBe(416);
  });
});

test('a browser downloads a log with a ticket, once; at no other address is it worth anything', async () => {
  const deployed = await coordinator.client.deploy({
    agent_type: 'L1',
    config: { prompt: '@say for the file', report_required: false },
  });
  if (!deployed.ok) throw new Error(deployed.failure.message);
  const id = deployed.value.record.agent_id;
  await coordinator.ended(id);
  const ticket = async (): Promise<string> => {
    const answer = await coordinator.client.ticket();
    return answer.ok ? answer.value : '';
  };
  const address = coordinator.client.logAddress(id, await ticket());
  const saved = await fetch(address);
  expect(saved.headers.get('content-disposition')).toBe(`attachment; filename="${id}.log"`);
  expect(await saved.text()).toBe(coordinator.log(id));
  const tries = [
    address,
    coordinator.client.logAddress(id, 'x'.repeat(43)),
    `${coordinator.url}/api/coordinator/agents/${id}?ticket=${await ticket()}`,
    `${coordinator.url}/api/coordinator/agents/${id}/report?ticket=${await ticket()}`,
  ];
  expect(await Promise.all(tries.map(async (one) => (await fetch(one)).status))).toEqual([401, 401, 401, 401]);
  const foreign = await fetch(coordinator.client.logAddress(id, await ticket()), {
    headers: { 'sec-fetch-site': 'cross-site' },
  });
  expect(foreign.status).toBe(403);
});

describe('the stream', () => {
  async function open(
    query: string,
    headers: Record<string, string> = {},
  ): Promise<{ messages: SocketMessage[]; socket: WebSocket }> {
    const socket = new WebSocket(`ws://${host()}/ws/coordinator${query}`, { headers });
    const messages: SocketMessage[] = [];
    socket.on('message', (data: Buffer) => messages.push(socketMessageSchema.parse(JSON.parse(data.toString()))));
    await once(socket, 'open');
    return { messages, socket };
  }
  const refused = (query: string, headers: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`ws://${host()}/ws/coordinator${query}`, { headers });
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('open', () => reject(new Error('it was opened')));
    });

  test('a snapshot, then events without a gap, folds to what the API tells', async () => {
    const ticket = await coordinator.client.ticket();
    const { messages, socket } = await open(`?ticket=${ticket.ok ? ticket.value : ''}`);
    const answer = await coordinator.client.deploy({
      request_id: 'streamed',
      agent_type: 'L1',
      config: { prompt: '@say x', report_required: false },
    });
    const agentId = answer.ok ? answer.value.record.agent_id : '';
    await coordinator.ended(agentId);
    await waitFor('the end is streamed', () =>
      messages.some(
        (one) => one.type === 'event' && one.event.type === 'agent_ended' && one.event.agent_id === agentId,
      ),
    );
    const folded = messages.reduce(
      (state, one) =>
        one.type === 'snapshot' ? fromSnapshot(one.fleet) : one.type === 'event' ? fleet(state, one) : state,
      emptyFleet,
    );
    expect(folded.agents.get(agentId)?.life).toMatchObject({ status: 'ended', ending: { status: 'completed' } });
    const sequence = messages.flatMap((one) => ('seq' in one ? one.seq : []));
    expect(sequence).toEqual(sequence.map((_, index) => (sequence[0] ?? 0) + index));
    socket.close();

    // Coming back with ?since brings what was missed and nothing twice.
    const since = folded.seq;
    await coordinator.client.deploy({
      request_id: 'missed',
      agent_type: 'L1',
      config: { prompt: '@say x', report_required: false },
    });
    const back = await open(`?since=${since}`, { Authorization: `Bearer ${coordinator.token}` });
    await waitFor('the missed events', () => back.messages.length >= 3);
    expect(back.messages[0]).toMatchObject({ type: 'event', seq: since + 1 });
    expect(JSON.stringify(toSnapshot(folded))).not.toContain('"missed"');
    back.socket.close();
  });

  test('opens with a fresh ticket only, and never for another page', async () => {
    const ticket = await coordinator.client.ticket();
    const query = `?ticket=${ticket.ok ? ticket.value : ''}`;
    expect(await refused(query, { Origin: 'http://localhost:3000' })).toBe(403);
    (await open(query)).socket.close();
    expect(await refused(query)).toBe(401);
    expect(await refused('')).toBe(401);
  });
});

describe('the dashboard’s address', () => {
  test('its code is good once', async () => {
    const code = /#code=([\w-]+)/.exec(coordinator.output)?.[1] ?? '';
    const exchange = () => raw(request('POST /api/session', { Host: host(), ...json }, JSON.stringify({ code })));
    expect(JSON.parse((await exchange()).body)).toEqual({ token: coordinator.token });
    expect((await exchange()).status).toBe(401);
  });

  test.each([
    '/../package.json',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/x',
    '/.env',
    '/assets/',
    '/assets/..%5cx',
    '//etc/passwd',
    '/index.html/../../x',
  ])('%s leads nowhere', async (path) => {
    const answer = await raw(request(`GET ${path}`, bearer()));
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('root:');
  });
});

function filesWith(text: string): string[] {
  return readdirSync(coordinator.root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path, 'latin1').includes(text));
}
