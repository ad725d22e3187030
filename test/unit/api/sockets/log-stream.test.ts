import {
  appendFileSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SocketLimits } from '../../../../main/api/sockets/connection.ts';
import { logMessageSchema } from '../../../../protocol/socket-messages.ts';
import { canLimitDescriptors, limitDescriptors, takeAllDescriptors } from '../../../rig/few-descriptors.ts';
import { operatorToken, refusal, SocketServer, TestSocket, tokenOf, waiting } from '../../../rig/socket-server.ts';
import { waitFor } from '../../../rig/wait-for.ts';

const folder = mkdtempSync(join(tmpdir(), 'ziggie-logs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const logFile = (agentId: string): string => join(folder, `${agentId}.log`);
const start = async (limits: Partial<SocketLimits> = {}) => {
  for (let ordinal = 1; ordinal < 5; ordinal++) rmSync(logFile(`agent_20251109_143000_${ordinal}`), { force: true });
  return SocketServer.start({ logFile, limits });
};
const textOf = (socket: TestSocket, agentId: string): string =>
  socket.messages
    .map((one) => logMessageSchema.parse(one))
    .map((one) => (one.type === 'log' && one.agent_id === agentId ? one.text : ''))
    .join('');
const path = '/ws/coordinator/logs';

test('one agent: from a byte on, as it is written, to its end', async () => {
  const server = await start();
  const agent = server.begin(1, null);
  writeFileSync(logFile(agent), 'abc');
  const socket = await TestSocket.open(server.url, `${path}?agent_id=${agent}&from=1`);
  await socket.until('what is there', () => textOf(socket, agent) === 'bc');
  appendFileSync(logFile(agent), 'dé');
  await socket.until('what comes', () => textOf(socket, agent) === 'bcdé');
  appendFileSync(logFile(agent), 'last');
  server.end(agent);
  expect(await socket.closing()).toMatchObject({ code: 1000 });
  expect(socket.messages.at(-2)).toEqual({ type: 'log', agent_id: agent, offset: 6, end: 10, text: 'last' });
  expect(socket.messages.at(-1)).toEqual({ type: 'log_end', agent_id: agent, size: 10 });
  await waitFor('nobody listens', () => server.listeners === 0);
});

test('from the end, an empty piece first says where that is', async () => {
  const server = await start();
  const agent = server.begin(1, null);
  writeFileSync(logFile(agent), 'abc');
  const socket = await TestSocket.open(server.url, `${path}?agent_id=${agent}`);
  await socket.until('a piece', (messages) => messages.length === 1);
  expect(socket.messages).toEqual([{ type: 'log', agent_id: agent, offset: 3, end: 3, text: '' }]);
});

test('a branch: children that come later join from their beginning, and it is over when all are', async () => {
  const server = await start();
  const top = server.begin(1, null);
  const outside = server.begin(2, null);
  const child = server.begin(3, top);
  for (const id of [top, child, outside]) writeFileSync(logFile(id), `old ${id}`);
  const socket = await TestSocket.open(server.url, `${path}?agent_id=${top}&tree=1&tail=${child.length}`);
  await socket.until('both', () => textOf(socket, top) === top && textOf(socket, child) === child);
  writeFileSync(logFile('agent_20251109_143000_4'), 'I am new');
  const later = server.begin(4, child);
  await socket.until('the new one', () => textOf(socket, later) === 'I am new');
  server.end(later);
  server.end(child);
  await socket.until('two ends', (messages) => messages.filter(({ type }) => type === 'log_end').length === 2);
  expect(socket.closed).toBeNull();
  server.end(top);
  expect(await socket.closing()).toMatchObject({ code: 1000 });
  expect(textOf(socket, outside)).toBe('');
});

test('a branch: one that runs once more is followed from where its log ended', async () => {
  const server = await start();
  const top = server.begin(1, null);
  const child = server.begin(2, top);
  writeFileSync(logFile(child), 'first');
  const socket = await TestSocket.open(server.url, `${path}?agent_id=${top}&tree=1&from=0`);
  server.end(child);
  await socket.until('its end', (messages) => messages.some(({ type }) => type === 'log_end'));
  appendFileSync(logFile(child), 'again');
  const asked = { by: 'operator', reason: null, request_id: 'once_more', request_sha256: 'f'.repeat(64) };
  server.publish({ type: 'agents_requeued', at: '', agent_ids: [child], ...asked });
  await socket.until('the rest', () => textOf(socket, child) === 'firstagain');
  expect(socket.closed).toBeNull();
});

test('case 71: a log that became a link ends the stream, with none of what it leads to', async () => {
  const server = await start();
  const agent = server.begin(1, null);
  const secret = join(folder, 'secret');
  writeFileSync(secret, 'none of your business');
  writeFileSync(logFile(agent), 'mine');
  const socket = await TestSocket.open(server.url, `${path}?agent_id=${agent}&from=0`);
  await socket.until('its own', () => textOf(socket, agent) === 'mine');
  rmSync(logFile(agent));
  symlinkSync(secret, logFile(agent));
  await socket.closing();
  expect(socket.messages.at(-1)).toEqual({ type: 'log_end', agent_id: agent, size: 4, reason: 'log_replaced' });
  expect(JSON.stringify(socket.messages)).not.toContain('business');
});

test('a client that reads slowly gets all of a large log, of which little waits for it', async () => {
  const server = await start({ mostQueuedBytes: 1024 * 1024, closingMs: 10 });
  const agent = server.begin(1, null);
  const whole = Array.from({ length: 800_000 }, (_, line) => `line ${line} of a log\n`).join('');
  writeFileSync(logFile(agent), whole);
  server.end(agent);
  const socket = await TestSocket.open(server.url, `${path}?agent_id=${agent}&from=0`);
  socket.socket.pause();
  const pauses = setInterval(() => {
    if (socket.socket.isPaused) socket.socket.resume();
    else socket.socket.pause();
  }, 50);
  expect(await socket.closing(30_000)).toEqual({ code: 1000, reason: 'all was sent' });
  clearInterval(pauses);
  expect(textOf(socket, agent).length).toBe(whole.length);
  expect(textOf(socket, agent) === whole).toBe(true);
});

test('an agent reads in its branch only, until it has ended', async () => {
  const server = await start();
  const top = server.begin(1, null);
  const other = server.begin(2, null);
  const headers = { authorization: `Bearer ${tokenOf(top)}` };
  expect(await refusal(server.url, `${path}?agent_id=${other}`, headers)).toBe(404);
  const own = await TestSocket.open(server.url, `${path}?agent_id=${top}`, tokenOf(top));
  const lives = await TestSocket.open(server.url, path, tokenOf(top));
  await lives.until('it follows', (messages) => messages.length > 0);
  server.publish(waiting(other, 'elsewhere'), waiting(top, 'here'));
  server.end(top);
  expect(await own.closing()).toMatchObject({ code: expect.any(Number) });
  expect(await lives.closing()).toMatchObject({ code: 4401 });
  expect(textOf(lives, other)).toBe('');
  expect(textOf(lives, top)).toContain('waits: here');
});

test.each(['agent_id=nobody', `agent_id=..%2f..%2fetc%2fpasswd`])('%s is nobody’s log', async (query) => {
  const server = await start();
  expect(await refusal(server.url, `${path}?${query}`, { authorization: `Bearer ${operatorToken}` })).toBe(404);
});

test.each(['tail=5', 'tree=1', 'agent_id=a&from=1&tail=1', 'agent_id=a&from=-1', 'agent_id=a&tree=yes'])(
  '%s is refused',
  async (query) => {
    const server = await start();
    expect(await refusal(server.url, `${path}?${query}`, { authorization: `Bearer ${operatorToken}` })).toBe(422);
  },
);

test('without an agent: a line on each turn of everybody’s life, also from a place in the journal on', async () => {
  const server = await start();
  const agent = server.begin(1, null, 'scanner\n[00:00:00] Agent x started');
  const socket = await TestSocket.open(server.url, `${path}?from=1`);
  await socket.until('what was', (messages) => messages.some(({ type }) => type === 'heartbeat'));
  server.end(agent);
  await socket.until('what comes', () => textOf(socket, agent).includes('completed'));
  expect(textOf(socket, agent).split('\n')).toEqual([
    `[14:30:25] Agent ${agent} (L2.1 "scanner [00:00:00] Agent x started") is being started`,
    `[14:30:25] Agent ${agent} (L2.1 "scanner [00:00:00] Agent x started") started, pid 4711`,
    `[14:30:25] Agent ${agent} (L2.1 "scanner [00:00:00] Agent x started") completed: exit code 0`,
    '',
  ]);
  expect(socket.messages.filter(({ type }) => type === 'log').map(({ offset, end }) => [offset, end])).toEqual([
    [1, 2],
    [2, 3],
    [3, 4],
  ]);
});

test.skipIf(!canLimitDescriptors)('a branch with more logs than files may be open is sent whole', async () => {
  // What a server loads a while after its start takes descriptors, too.
  await import('../../../../main/api/mcp/sessions.ts');
  await import('../../../../main/api/prometheus-registry.ts');
  await import('../../../../main/api/openapi/committed.ts');
  const heartbeatMs = 400; // Longer than it takes to look once.
  const server = await start({ heartbeatMs, mostQueuedBytes: 1024 * 1024 });
  const [top = '', ...below] = Array.from({ length: 200 }, (_, index) => {
    const parent = index === 0 ? null : 'agent_20251109_143000_1';
    const agent = server.begin(index + 1, parent);
    writeFileSync(logFile(agent), `${agent} `.repeat(2600));
    return agent;
  });
  for (const agent of below) server.end(agent);
  limitDescriptors(64);
  const count = (): number => readdirSync('/proc/self/fd').length;
  const before = count();
  const opened = new Set<number>();
  const socket = await TestSocket.open(server.url, `${path}?agent_id=${top}&tree=1&from=0`);
  const ends = (): number => socket.messages.filter(({ type }) => type === 'log_end').length;
  const look = (): unknown => opened.add(count() - before);
  socket.socket.on('message', look);
  socket.socket.pause(); // What the logs hold together must not all wait for a client that reads slowly.
  const pauses = setInterval(() => {
    if (socket.socket.isPaused) socket.socket.resume();
    else socket.socket.pause();
  }, 50);
  await waitFor('all below have ended', () => ends() === below.length || socket.closed !== null);
  clearInterval(pauses);
  socket.socket.resume();
  socket.socket.off('message', look);
  expect(Math.max(...opened)).toBeLessThan(16);
  expect([socket.closed, ends()]).toEqual([null, below.length]);
  // Other work takes what is left: nothing comes meanwhile, and nothing is lost.
  const log = openSync(logFile(top), 'a');
  const giveBack = takeAllDescriptors();
  writeSync(log, 'last words');
  server.end(top);
  const beats = (): number => socket.messages.filter(({ type }) => type === 'heartbeat').length;
  const beaten = beats();
  await waitFor('it was looked at', () => beats() >= beaten + 2 || socket.closed !== null);
  expect([socket.closed, ends()]).toEqual([null, below.length]);
  giveBack();
  closeSync(log);
  expect(await socket.closing()).toMatchObject({ code: 1000 });
  for (const agent of [top, ...below]) {
    expect(textOf(socket, agent)).toBe(`${agent} `.repeat(2600) + (agent === top ? 'last words' : ''));
  }
});
