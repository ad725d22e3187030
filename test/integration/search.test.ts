/** Looking for a text through a real coordinator with real agents: what is found, for whom, and what is not looked at. */
import { linkSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';

let coordinator: TestCoordinator;
const shell = (line: string) => ({ kind: 'command', command: '/bin/sh', args: ['-c', line] });
beforeAll(async () => {
  coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'says',
      runtimes: {
        says: shell('echo "a Quartz line"; echo "quartz again"'),
        stays: shell('echo "quartz of the living"; exec sleep 600'),
      },
      report: { required: false },
      limits: { min_free_memory_mb: 0 },
    },
  });
});
afterAll(() => coordinator.dispose().then(() => undefined));

async function deploy(name: string, runtime: string, parent?: string): Promise<string> {
  const below = parent === undefined ? { agent_type: 'L1' } : { agent_type: 'L2', parent_agent: parent };
  return valueOf(await coordinator.client.deploy({ ...below, name, config: { prompt: 'x', runtime } })).record.agent_id;
}

test('finds agents, reports and lines of logs, the living first, of those that the caller may see', async () => {
  const ended = await deploy('quartz cutter', 'says');
  const record = await coordinator.ended(ended);
  writeFileSync(record.completion_report, '# Report\n\nOne QUARTZ was cut.\nand quartz dust\n');
  const living = await deploy('stays', 'stays');
  const child = await deploy('child', 'says', living);
  await coordinator.ended(child);
  await waitFor('its line', () => coordinator.log(living).includes('quartz'));
  const client = coordinator.client;

  const all = valueOf(await client.search('quartz'));
  expect(all).toMatchObject({ stopped_by: null, skipped: { agents: 0, log_bytes: 0, files: 0 } });
  expect(all.agents).toMatchObject([{ agent_id: ended, name: 'quartz cutter', status: 'completed' }]);
  expect(all.reports).toEqual([{ agent_id: ended, line: 3, text: 'One QUARTZ was cut.', lines: 2 }]);
  expect(all.logs.map(({ agent_id, text }) => [agent_id, text])).toEqual([
    [living, 'quartz of the living'],
    [child, 'quartz again'],
    [child, 'a Quartz line'],
    [ended, 'quartz again'],
    [ended, 'a Quartz line'],
  ]);
  expect(all.logs.at(-1)?.offset).toBe(coordinator.log(ended).indexOf('Quartz'));

  const few = valueOf(await client.search('quartz', { kinds: ['logs'], limit: 1 }));
  expect(few).toMatchObject({ agents: [], reports: [], stopped_by: 'results', skipped: { agents: 2 } });
  expect(few.logs).toHaveLength(1);

  const own = createHttpClient({ url: coordinator.url, token: await coordinator.agentToken(living) });
  const seen = valueOf(await own.search('quartz'));
  expect([...new Set(seen.logs.map(({ agent_id }) => agent_id))]).toEqual([living, child]);
  expect([seen.agents, seen.reports]).toEqual([[], []]);
});

test('follows nothing that an agent put in the place of its files, and says what it left out', async () => {
  const [link, second, long] = await Promise.all(['one', 'two', 'three'].map((name) => deploy(name, 'says')));
  for (const id of [link, second, long]) await coordinator.ended(id ?? '');
  const secret = coordinator.path('secret.txt');
  writeFileSync(secret, 'a hidden ruby\n');
  const logOf = (id = ''): string => coordinator.path('logs', `${id}.log`);
  renameSync(logOf(link), `${logOf(link)}.old`);
  symlinkSync(secret, logOf(link));
  rmSync(logOf(second));
  linkSync(secret, logOf(second));
  writeFileSync(logOf(long), 'a ruby at its beginning\n');
  truncateSync(logOf(long), 100 * 1024 * 1024);

  const answer = valueOf(await coordinator.client.search('ruby'));
  expect(answer).toMatchObject({ agents: [], reports: [], logs: [], stopped_by: 'bytes' });
  expect(answer.skipped).toEqual({ agents: 0, log_bytes: 36 * 1024 * 1024, files: 2 });
});

test('refuses what cannot be looked for, and does not look without end for many at once', async () => {
  const at = `${coordinator.url}/api/coordinator/search`;
  const headers = { authorization: `Bearer ${coordinator.token}` };
  for (const query of ['', '?q=x', `?q=${'x'.repeat(201)}`, '?q=xx&kinds=prompts', '?q=xx&limit=0']) {
    const answer = await fetch(`${at}${query}`, { headers });
    expect([query, answer.status]).toEqual([query, 422]);
  }
  const large = coordinator.path('logs', `${await deploy('large', 'stays')}.log`);
  await waitFor('its log', () => coordinator.log(large.split('/').at(-1)?.slice(0, -4) ?? '').length > 0);
  truncateSync(large, 64 * 1024 * 1024);
  const codes = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const answer = await coordinator.client.search('not there');
      return answer.ok ? 'ok' : answer.failure.code;
    }),
  );
  expect(new Set(codes)).toEqual(new Set(['ok', 'RATE_LIMITED']));
  expect(codes.filter((code) => code === 'ok').length).toBeGreaterThanOrEqual(4);
  // Who goes away leaves room for the next.
  const gone = new AbortController();
  const left = Array.from({ length: 4 }, () => coordinator.client.search('not there', { signal: gone.signal }));
  gone.abort();
  await Promise.all(left);
  await waitFor('room', async () => (await coordinator.client.search('not there')).ok);
});
