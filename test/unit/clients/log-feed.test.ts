import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createHttpClient } from '../../../clients/typescript/http-client.ts';
import { followLog, type LogFollowOptions } from '../../../clients/typescript/log-feed.ts';
import { operatorToken, SocketServer } from '../../rig/socket-server.ts';
import { waitFor } from '../../rig/wait-for.ts';

const folder = mkdtempSync(join(tmpdir(), 'ziggie-feed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const logFile = (agentId: string): string => join(folder, `${agentId}.log`);

/** Every socket that was opened, so that a test can cut it. */
const sockets: Cuttable[] = [];
class Cuttable extends WebSocket {
  received = 0;

  constructor(url: string) {
    super(url);
    this.on('message', () => (this.received += 1));
    sockets.push(this);
  }
}

function follow(server: SocketServer, options: Partial<LogFollowOptions> & { agentId: string | null }) {
  const diary: string[] = [];
  const texts = new Map<string, string>();
  const feed = followLog({
    client: createHttpClient({ url: `http://${server.url}`, token: operatorToken }),
    WebSocket: Cuttable,
    backOffMs: [10],
    onState: ({ status }) => diary.push(status),
    onText: ({ agent_id, text }) => texts.set(agent_id, (texts.get(agent_id) ?? '') + text),
    onEnd: ({ agent_id, size }) => diary.push(`end of ${agent_id} at ${size}`),
    onDone: () => diary.push('done'),
    ...options,
  });
  onTestFinished(() => feed.close());
  const until = (agentId: string, text: string) =>
    waitFor(`"${text}"`, () => texts.get(agentId) === text, { seen: () => ({ diary, texts: [...texts] }) });
  const cut = async (): Promise<void> => {
    const count = diary.filter((line) => line === 'live').length;
    sockets.at(-1)?.terminate();
    await waitFor('it is live again', () => diary.filter((line) => line === 'live').length > count, {
      seen: () => diary,
    });
  };
  return { diary, texts, until, cut };
}

test('one log is told once, over cut connections, to its end', async () => {
  const server = await SocketServer.start({ logFile });
  const agent = server.begin(1, null);
  writeFileSync(logFile(agent), 'a🦀');
  const { diary, until, cut } = follow(server, { agentId: agent, from: 0 });
  await until(agent, 'a🦀');
  appendFileSync(logFile(agent), 'b');
  await cut();
  await until(agent, 'a🦀b');
  appendFileSync(logFile(agent), 'c');
  server.end(agent);
  await waitFor('it is done', () => diary.at(-1) === 'done', { seen: () => diary });
  await until(agent, 'a🦀bc');
  expect(diary.at(-2)).toBe(`end of ${agent} at 7`);
});

test('from the end, what is written while the connection is away is not lost', async () => {
  const server = await SocketServer.start({ logFile });
  const agent = server.begin(1, null);
  writeFileSync(logFile(agent), 'old');
  const { until, cut, texts } = follow(server, { agentId: agent });
  await waitFor('it was told where the end is', () => sockets.at(-1)?.received === 1);
  expect(texts.size).toBe(0);
  sockets.at(-1)?.terminate();
  appendFileSync(logFile(agent), 'new');
  await cut();
  await until(agent, 'new');
});

test('of a branch, each log is told once, and who came meanwhile from the beginning', async () => {
  const server = await SocketServer.start({ logFile });
  const top = server.begin(1, null);
  const child = server.begin(2, top);
  writeFileSync(logFile(top), 'tést');
  writeFileSync(logFile(child), 'x');
  const { until, cut, diary } = follow(server, { agentId: top, tree: true, tail: 2 });
  await until(top, 'st');
  await until(child, 'x');
  server.end(child);
  await waitFor('the end of the child', () => diary.includes(`end of ${child} at 1`), { seen: () => diary });
  appendFileSync(logFile(top), 'more');
  writeFileSync(logFile('agent_20251109_143000_3'), 'new');
  const later = server.begin(3, top);
  await cut();
  await until(top, 'stmore');
  await until(later, 'new');
  expect(diary.filter((line) => line.startsWith(`end of ${child}`))).toHaveLength(1);
});

test('the lines on everybody’s life go on where they ended', async () => {
  const server = await SocketServer.start({ logFile });
  const { cut, texts } = follow(server, { agentId: null });
  await waitFor('it was told how far the journal is', () => sockets.at(-1)?.received === 1);
  sockets.at(-1)?.terminate();
  const agent = server.begin(1, null);
  await waitFor('three lines', () => texts.get(agent)?.split('\n').length === 4, { seen: () => [...texts] });
  await cut();
  server.end(agent);
  await waitFor('four lines', () => texts.get(agent)?.split('\n').length === 5, { seen: () => [...texts] });
  expect(texts.get(agent)).toMatch(
    /was accepted.*\n.*is being started\n.*started, pid 4711\n.*completed: exit code 0\n$/,
  );
});
