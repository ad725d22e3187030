/** What a stranger, a web page or a broken program may send to the port: refused with a code, and nothing comes of it. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { failureCatalogue } from '../../../protocol/failures.ts';
import { TestCoordinator } from '../../rig/coordinator.ts';
import { straceMissing } from '../../rig/strace.ts';
import { codeOf, raw as rawAt, type RawAnswer, request } from '../../rig/raw-http.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { deployScript, shellConfig, untilFile } from './shell-agents.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config: shellConfig({ max_running: 50 }) });
});
afterAll(async () => {
  await coordinator.dispose();
});

const raw = (bytes: string): Promise<RawAnswer> => rawAt(coordinator.port, bytes);
const host = (): string => `127.0.0.1:${coordinator.port}`;
const bearer = (): Record<string, string> => ({ Host: host(), Authorization: `Bearer ${coordinator.token}` });
const json = { 'Content-Type': 'application/json' };
const bodyOf = (id: string, more: object = {}): string =>
  JSON.stringify({ request_id: id, agent_type: 'L1', config: { prompt: 'exit 0' }, ...more });
const post = (id: string, headers: Record<string, string>): Promise<RawAnswer> =>
  raw(request('POST /api/coordinator/deploy', headers, bodyOf(id)));
const isAccepted = (id: string): boolean =>
  coordinator.journal().some(({ event }) => event.type === 'agent_accepted' && event.facts.request_id === id);

/** Refused with this status, a code of the catalogue that has it, and no word of what is behind. */
function expectRefused(answer: RawAnswer, status: number): void {
  expect(answer.status, answer.body).toBe(status);
  const code = codeOf(answer) as keyof typeof failureCatalogue;
  expect(failureCatalogue[code]?.httpStatus, `code ${code}`).toBe(status);
  expect(answer.head.toLowerCase()).not.toContain('access-control');
  expect(answer.head).toContain("content-security-policy: default-src 'none'");
  for (const secret of [coordinator.token, 'server:', 'x-powered-by']) {
    expect(`${answer.head}${answer.body}`.toLowerCase()).not.toContain(secret.toLowerCase());
  }
}

describe('who asks', () => {
  test('case 51: a name that is not ours gets 403, no page and no version', async () => {
    const answer = await raw(request('GET /', { Host: 'evil.test:54113' }));
    expectRefused(answer, 403);
    expect(`${answer.head}${answer.body}`).not.toMatch(/<|api_version|fastify|node/i);
  });

  test('case 52: only this machine’s names with our port are served, and exactly one of them at a time', async () => {
    for (const name of ['localhost', '127.0.0.1', '[::1]', 'LOCALHOST']) {
      expect((await raw(request('GET /health', { Host: `${name}:${coordinator.port}` }))).status, name).toBe(200);
    }
    const wrong = [
      'localhost',
      'localhost.:PORT',
      'localhost:1',
      '127.0.0.2:PORT',
      '0.0.0.0:PORT',
      '127.0.0.1.nip.io:PORT',
    ];
    for (const name of wrong) {
      expectRefused(await raw(request('GET /health', { Host: name.replace('PORT', String(coordinator.port)) })), 403);
    }
    expectRefused(await raw('GET /health HTTP/1.0\r\n\r\n'), 403);
    expectRefused(await raw('GET /health HTTP/1.1\r\nConnection: close\r\n\r\n'), 400);
    const two = `GET /health HTTP/1.1\r\nHost: ${host()}\r\nHost: evil.test\r\nConnection: close\r\n\r\n`;
    expectRefused(await raw(two), 400);
    expectRefused(await raw(request('GET http://evil.test/health', { Host: host() })), 400);
  });

  test('case 53: another page’s origin is refused whatever the token; our own, and none, are taken', async () => {
    for (const origin of ['http://localhost:3000', 'null', `https://${host()}`, `http://${host()}.evil.test`]) {
      expectRefused(await post('from-a-page', { ...bearer(), ...json, Origin: origin }), 403);
    }
    expect(isAccepted('from-a-page')).toBe(false);
    expect((await post('own-page', { ...bearer(), ...json, Origin: `http://${host()}` })).status).toBe(201);
    expect((await post('no-page', { ...bearer(), ...json })).status).toBe(201);
  });

  test('case 54: a body that is not JSON, or of no type, is refused and leaves no trace', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
    ];
    for (const type of types) expectRefused(await post('typed', { ...bearer(), 'Content-Type': type }), 415);
    expectRefused(await post('typed', bearer()), 415);
    expect(isAccepted('typed')).toBe(false);
  });

  test('case 55: a preflight from elsewhere is refused without any word of permission', async () => {
    const preflight = {
      Host: host(),
      Origin: 'https://evil.test',
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'authorization',
      'Access-Control-Request-Private-Network': 'true',
    };
    expectRefused(await raw(request('OPTIONS /api/coordinator/deploy', preflight)), 403);
  });

  test('case 56: a method that an address does not take changes nothing, and the ones it takes are named', async () => {
    const { agentId } = await deployScript(coordinator, 'methods', untilFile('never'));
    const stop = `/api/coordinator/agents/${agentId}/stop`;
    const byGet = await raw(request(`GET ${stop}`, bearer()));
    expectRefused(byGet, 405);
    expect(byGet.head.toLowerCase()).toContain('allow: post');
    expect((await raw(request(`HEAD ${stop}`, bearer()))).status).toBe(405);
    expectRefused(await raw(request(`DELETE /api/coordinator/agents/${agentId}`, bearer())), 405);
    expectRefused(await raw(request(`PROPFIND /api/coordinator/agents/${agentId}`, bearer())), 405);
    expectRefused(await raw(request('PATCH /nothing/here', bearer())), 404);
    const override = { ...bearer(), 'X-HTTP-Method-Override': 'DELETE', 'X-Method-Override': 'POST' };
    expect((await raw(request(`GET /api/coordinator/agents/${agentId}?_method=DELETE`, override))).status).toBe(200);
    expect((await raw(request('HEAD /api/coordinator/agents', bearer()))).status).toBe(200);
    const record = await coordinator.client.get(agentId);
    expect(record.ok && record.value.status).toBe('running');
    await coordinator.client.stop(agentId);
  });
});

describe('how it is sent', () => {
  test(
    'case 62: hundreds of connections that trickle are cut, and nobody else notices',
    { timeout: 60_000 },
    async () => {
      const slow: Socket[] = [];
      onTestFinished(() => slow.forEach((socket) => socket.destroy()));
      let closed = 0;
      for (let index = 0; index < 400; index++) {
        const socket = connect(coordinator.port, '127.0.0.1');
        socket.on('error', () => undefined);
        socket.on('close', () => (closed += 1));
        socket.on('data', () => undefined);
        socket.write(`GET /health HTTP/1.1\r\nHost: ${host()}\r\nX-Slow: `);
        slow.push(socket);
      }
      const trickle = setInterval(() => slow.forEach((socket) => socket.writable && socket.write('e')), 5000);
      onTestFinished(() => clearInterval(trickle));
      await waitFor('they are connected', () => slow.every(({ readyState }) => readyState === 'open'));
      expect((await raw(request('GET /health', { Host: host() }))).status).toBe(200);
      await waitFor('all of them are cut', () => closed === slow.length, { timeoutMs: 30_000, seen: () => closed });
      expect((await raw(request('GET /health', { Host: host() }))).status).toBe(200);
    },
  );

  test('case 63: headers and bodies that are too large, endless or of two lengths are refused', async () => {
    expectRefused(await raw(request('GET /health', { Host: host(), Padding: 'x'.repeat(17 * 1024) })), 431);
    const large = JSON.stringify({ padding: 'x'.repeat(1024 * 1024) });
    const plan = 'POST /api/coordinator/plan';
    expectRefused(await raw(request(plan, { ...bearer(), ...json }, large)), 413);
    const both = { ...bearer(), ...json, 'Content-Length': '4', 'Transfer-Encoding': 'chunked' };
    expectRefused(await raw(request(plan, both, '0\r\n\r\n')), 400);
    expectRefused(await endless(), 413);
  });

  test('case 64: a number written as text is refused, not turned into one; unknown fields are kept', async () => {
    const wrong = bodyOf('typed-wrong', { config: { prompt: 'exit 0', max_runtime: '60000' } });
    const refused = await raw(request('POST /api/coordinator/deploy', { ...bearer(), ...json }, wrong));
    expectRefused(refused, 422);
    expect(refused.body).toContain('config.max_runtime');
    expect(isAccepted('typed-wrong')).toBe(false);
    const more = bodyOf('with-more', { colour: 'red', config: { prompt: 'exit 0', taste: 1 } });
    const taken = await raw(request('POST /api/coordinator/deploy', { ...bearer(), ...json }, more));
    expect(JSON.parse(taken.body)).toMatchObject({ extra: { colour: 'red', config: { taste: 1 } } });
  });

  test('case 68: a token in an address opens nothing, and stands in no log', async () => {
    expectRefused(await raw(request(`GET /api/coordinator/agents?token=${coordinator.token}`, { Host: host() })), 401);
    expectRefused(await raw(request(`GET /nothing?token=${coordinator.token}`, { Host: host() })), 401);
    expect(coordinator.output).not.toContain(coordinator.token);
  });
});

describe('files', () => {
  const payloads = [
    '/../x',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/x',
    '/..%5c..%5cwin.ini',
    '/%252e%252e/x',
    '//etc/passwd',
    '/assets/%00',
    '/.env',
    '/assets/..;/x',
    '/api/coordinator/agents/..%2f..%2fx/log',
    '/api/coordinator/agents/%2e%2e%2fjournal%2f00000001.jsonl/log',
    '/api/coordinator/agents/..%2f..%2fx/report',
    '/%E0%A4%A/x',
  ];
  test.each(payloads)('case 69: %s leads nowhere', async (path) => {
    const answer = await raw(request(`GET ${path}`, bearer()));
    expect([400, 403, 404, 422], answer.body).toContain(answer.status);
    expectRefused(answer, answer.status);
    expect(answer.body).not.toMatch(/root:|coordinator_started/);
  });

  test('case 71: an agent that puts a link in the place of its log shows nothing through it', async () => {
    const other = await deployScript(coordinator, 'log-other', untilFile('never'));
    const { agentId } = await deployScript(
      coordinator,
      'log-link',
      `echo mine; ln -sf "$PWD/state/${other.agentId}.json" "logs/$ZIGGIE_AGENT_ID.log"; echo $? > swapped; ${untilFile('never')}`,
    );
    await waitFor(
      'the log is a link',
      async () => (await raw(request(`GET /api/coordinator/agents/${agentId}/log`, bearer()))).status !== 200,
    );
    const answer = await raw(request(`GET /api/coordinator/agents/${agentId}/log`, bearer()));
    expectRefused(answer, 403);
    expect(JSON.parse(answer.body)).toMatchObject({ details: { reason: 'log_replaced' } });
    expect(answer.body).not.toContain(other.agentId);
    for (const id of [agentId, other.agentId]) await coordinator.client.stop(id);
  });
});

describe('case 84: the port', () => {
  test('case 84: is held by another program: it is told nothing, and the discovery file names ours', async () => {
    let heard = '';
    const stranger = createServer((socket) => socket.on('data', (data: Buffer) => (heard += data.toString())));
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const taken = (stranger.address() as { port: number }).port;
    const mine = await onPort(taken);
    expect(mine.port).not.toBe(taken);
    expect(mine.url).toBe(`http://127.0.0.1:${mine.port}`);
    expect((await mine.client.health()).ok).toBe(true);
    expect(heard).toBe('');
  });

  test.skipIf(straceMissing() !== null)(
    'case 84: is reserved by the system (EACCES): another one is taken',
    async () => {
      // The first bind is the lock of the root; the second one fails as in a range that Windows keeps for itself.
      const denied = [
        'strace',
        '-D',
        '-f',
        '-o',
        '/dev/null',
        '-e',
        'trace=bind',
        '-e',
        'inject=bind:error=EACCES:when=2',
      ];
      const wished = 46_000 + (process.pid % 1000);
      const mine = await onPort(wished, denied);
      expect(mine.port).not.toBe(wished);
      expect((await mine.client.health()).ok).toBe(true);
    },
  );

  async function onPort(port: number, wrapper: readonly string[] = []): Promise<TestCoordinator> {
    const mine = await TestCoordinator.start({ config: { ...shellConfig(), port }, wrapper, port: null });
    onTestFinished(async () => void (await mine.dispose()));
    return mine;
  }
});

/** Chunks until the server answers. */
async function endless(): Promise<RawAnswer> {
  const headers = { ...bearer(), ...json, 'Transfer-Encoding': 'chunked' };
  const socket = connect(coordinator.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  socket.on('error', () => undefined);
  socket.write(request('POST /api/coordinator/plan', headers));
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
  const more = setInterval(() => socket.writable && socket.write(chunk), 1);
  await once(socket, 'close');
  clearInterval(more);
  return {
    status: Number(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1]),
    head: answer,
    body: answer.slice(answer.indexOf('\r\n\r\n') + 4),
  };
}
