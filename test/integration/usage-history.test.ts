/** What agents use, over time and live, of the built coordinator with real agents: over its restart, and for whom. */
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { followFleet, type MeasuredAgents } from '../../clients/typescript/socket-client.ts';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import type { UsageHistory } from '../../protocol/measures.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { TestSocket } from '../rig/socket-server.ts';
import { waitFor } from '../rig/wait-for.ts';

async function startCoordinator(): Promise<TestCoordinator> {
  const busy = 'while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.2; done';
  const coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'busy',
      runtimes: { busy: { kind: 'command', command: '/bin/sh', args: ['-c', busy] } },
      report: { required: false },
      limits: { min_free_memory_mb: 0 },
    },
  });
  onTestFinished(() => coordinator.dispose().then(() => undefined));
  return coordinator;
}

async function deploy(coordinator: TestCoordinator, type: string, parent?: string): Promise<string> {
  const below = parent === undefined ? {} : { parent_agent: parent };
  return valueOf(await coordinator.client.deploy({ agent_type: type, config: { prompt: 'x' }, ...below })).record
    .agent_id;
}

const idsOf = ({ agents }: UsageHistory): string[] => agents.map(({ agent_id }) => agent_id).sort();

/** Once each of them has been measured with processor use. */
const measured = (coordinator: TestCoordinator, ids: readonly string[]): Promise<UsageHistory> => {
  const last: { history: UsageHistory | null } = { history: null };
  return waitFor(
    'samples of all',
    async () => {
      const history = valueOf(await coordinator.client.usageHistory('1h'));
      last.history = history;
      const has = (id: string): boolean =>
        history.agents.some(({ agent_id, cpu_percent }) => agent_id === id && (cpu_percent.at(-1) ?? 0) > 0);
      return ids.every(has) ? history : null;
    },
    { timeoutMs: 20_000, seen: () => last.history },
  );
};

test('samples outlive a restart; while the coordinator was away there is a gap; a damaged file is a gap and no more', async () => {
  const coordinator = await startCoordinator();
  const stays = await deploy(coordinator, 'L1');
  const ends = await deploy(coordinator, 'L1');
  const before = await measured(coordinator, [stays, ends]);
  expect(before).toMatchObject({ range: '1h', bucket_seconds: 20, buckets: 180 });
  expect(valueOf(await coordinator.client.usageHistory('24h'))).toMatchObject({ bucket_seconds: 300, buckets: 288 });
  valueOf(await coordinator.client.stop(ends));
  await coordinator.stop();
  const awayFrom = Date.now();
  await waitFor('three buckets without it', () => Date.now() - awayFrom > 6000);
  await coordinator.start();
  const awayTo = Date.now();
  const fine = await waitFor(
    'a look after the gap',
    async () => {
      const history = valueOf(await coordinator.client.usageHistory('5m'));
      const own = history.agents.find(({ agent_id }) => agent_id === stays);
      const last = own === undefined ? 0 : Date.parse(history.from) + (own.first + own.cpu_percent.length) * 2000;
      return last > awayTo + 4000 && own?.cpu_percent.at(-1) !== null ? history : null;
    },
    { timeoutMs: 20_000 },
  );
  expect(idsOf(fine)).toEqual([stays, ends].sort());
  const inGap = (nth: number): boolean => {
    const at = Date.parse(fine.from) + nth * 2000;
    return at >= awayFrom && at + 2000 <= awayTo - 1000;
  };
  const gap = fine.watched.filter((_, nth) => inGap(nth));
  expect(gap.length).toBeGreaterThan(0);
  expect(gap.every((part) => part === 0)).toBe(true);
  const own = fine.agents.find(({ agent_id }) => agent_id === stays);
  const values = own?.memory_mb ?? [];
  expect(values.some((value, nth) => value !== null && inGap(nth + (own?.first ?? 0)))).toBe(false);
  expect(values.filter((value) => value !== null).length).toBeGreaterThan(2);

  await coordinator.crash();
  writeFileSync(coordinator.path('samples.bin'), 'not what it was');
  await coordinator.start();
  expect(idsOf(valueOf(await coordinator.client.usageHistory('24h')))).not.toContain(ends);
  await waitFor('the damage is told', () => coordinator.output.includes('samples.bin is damaged'), {
    seen: () => coordinator.output,
  });
}, 60_000);

test('an agent’s token sees its own branch, over time and live; who does not ask is told nothing', async () => {
  const coordinator = await startCoordinator();
  const [one, other] = [await deploy(coordinator, 'L1'), await deploy(coordinator, 'L1')];
  const child = await deploy(coordinator, 'L2.1', one);
  const live = { operator: [] as MeasuredAgents[], agent: [] as MeasuredAgents[] };
  const token = await coordinator.agentToken(one);
  const own = createHttpClient({ url: coordinator.url, token });
  for (const [who, client] of [
    ['operator', coordinator.client],
    ['agent', own],
  ] as const) {
    const feed = followFleet({
      client,
      WebSocket,
      onSnapshot: () => undefined,
      onEvent: () => undefined,
      onState: () => undefined,
      onMeasured: (agents) => void live[who].push(agents),
    });
    onTestFinished(() => feed.close());
  }
  const silent = await TestSocket.open(`127.0.0.1:${coordinator.port}`, '/ws/coordinator', coordinator.token);
  await measured(coordinator, [one, other, child]);
  const idsIn = (agents: MeasuredAgents | undefined): string[] => (agents ?? []).map(([id]) => id).sort();
  await waitFor('both are told', () => idsIn(live.operator.at(-1)).length === 3 && live.agent.length > 1);
  expect(idsIn(live.agent.at(-1))).toEqual([one, child].sort());
  const [, cpu, memory] = live.operator.at(-1)?.find(([id]) => id === other) ?? [];
  expect(cpu).toBeGreaterThan(0);
  expect(memory).toBeGreaterThan(0);
  expect(silent.messages.map(({ type }) => type)).not.toContain('measured');

  expect(idsOf(valueOf(await own.usageHistory('5m')))).toEqual([one, child].sort());
  expect(valueOf(await own.usageHistory('5m')).spent).toBeNull();
  expect(idsOf(valueOf(await own.usageHistory('1h', child)))).toEqual([child]);
  expect(await own.usageHistory('5m', other)).toMatchObject({ failure: { code: 'UNKNOWN_AGENT' } });
  expect(idsOf(valueOf(await coordinator.client.usageHistory('1h', one)))).toEqual([one, child].sort());
  const wrong = await fetch(`${coordinator.url}/api/coordinator/samples?range=7m`, {
    headers: { authorization: `Bearer ${coordinator.token}` },
  });
  expect(wrong.status).toBe(422);

  for (const id of [one, other]) valueOf(await coordinator.client.stop(id));
  await waitFor('nobody is left', () => live.operator.at(-1)?.length === 0, { seen: () => live.operator.at(-1) });
}, 60_000);
