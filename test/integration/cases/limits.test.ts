/** What keeps one agent, or many at once, from taking the machine: log limit, restarts with back-off, spread starts. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { EventOf, ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, fleet as fold } from '../../../protocol/fleet.ts';
import type { TestCoordinator } from '../../rig/coordinator.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { deployScript, letGo, startShells, untilFile } from './shell-agents.ts';

const mb = 1024 * 1024;

function events<T extends ZiggieEvent['type']>(coordinator: TestCoordinator, type: T): EventOf<T>[] {
  return coordinator.journal().flatMap(({ event }) => (event.type === type ? [event as EventOf<T>] : []));
}

/** MB: what the process has, and the most it ever had. */
function memoryOf(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
  return { now: field('VmRSS'), most: field('VmHWM') };
}

test('case 11: an agent that floods its log is stopped by force; the log stays below the limit and 8 MB and says so', async () => {
  const limit = 8;
  const coordinator = await startShells({ log_limit_mb: limit });
  const calm = await deployScript(coordinator, 'case-11-calm', `echo calm; ${untilFile('go')}; echo still calm`);
  const before = memoryOf(coordinator.pid);
  const { agentId } = await deployScript(coordinator, 'case-11', 'echo first; exec head -c 2000M /dev/zero');
  const record = await coordinator.ended(agentId);
  expect(record).toMatchObject({ status: 'failed', stop_steps: ['SIGKILL'], survivors: [], exit_code: 137 });
  expect(record.status_reason).toMatch(
    /^log_limit: its log reached [\d.]+ MB, the limit is 8 MB \(limits.log_limit_mb\)/,
  );
  const path = coordinator.path('logs', `${agentId}.log`);
  const { size } = statSync(path);
  expect(size).toBeGreaterThan(limit * mb);
  expect(size).toBeLessThan((limit + 8) * mb);
  const { head, tail } = endsOf(path, size, limit * mb);
  expect(head).toBe('first\n');
  expect(tail).toMatch(
    /^\n\[ziggie\] log limit: .* 8 MB .* its first 8388608 bytes are kept, at least \d+ after them were cut off\. The agent was stopped\.\n$/,
  );
  // What it holds itself varies by some MB with its garbage; the flood would be hundreds.
  expect(memoryOf(coordinator.pid).most - before.now).toBeLessThan(40);
  letGo(coordinator, 'go');
  expect(await coordinator.ended(calm.agentId)).toMatchObject({ status: 'completed' });
  expect(coordinator.log(calm.agentId)).toBe('calm\nstill calm\n');
});

function endsOf(path: string, size: number, limit: number): { head: string; tail: string } {
  const fd = openSync(path, 'r');
  const buffer = Buffer.alloc(size - limit);
  readSync(fd, buffer, 0, 6, 0);
  const head = buffer.toString('latin1', 0, 6);
  readSync(fd, buffer, 0, buffer.length, limit);
  closeSync(fd);
  return { head, tail: buffer.toString('latin1') };
}

describe('restarts', () => {
  const quick = { policy: 'on_failure', backoff_seconds: 0.02 } as const;

  test('case 12: an agent that always fails is started five times, ever later, and given up as a crash loop', async () => {
    const coordinator = await startShells();
    const { agentId } = await deployScript(coordinator, 'case-12', 'echo here; exit 1', { restart: quick });
    const record = await coordinator.ended(agentId);
    expect(record).toMatchObject({ status: 'failed', exit_code: 1, attempt: 5 });
    expect(record.status_reason).toMatch(/^crash_loop: it failed 5 times .*; the last: exit 1$/);
    const starts = events(coordinator, 'agent_starting');
    expect(starts.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(starts.map(({ nonce }) => nonce)).size).toBe(5);
    expect(new Set(starts.map(({ token_sha256 }) => token_sha256)).size).toBe(5);
    const backoffs = events(coordinator, 'agent_restarting');
    expect(backoffs.map(({ at, until }) => Date.parse(until) - Date.parse(at))).toEqual([20, 40, 80, 160]);
    expect(backoffs.map(({ failures }) => failures)).toEqual([1, 2, 3, 4]);
    // None was started before it was due; timers may be a millisecond early against the wall clock.
    for (const [index, { until }] of backoffs.entries()) {
      expect(Date.parse(starts[index + 1]?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(until) - 2);
    }
    expect(readdirSync(coordinator.path('runs', agentId)).filter((name) => /^\d+$/.test(name))).toHaveLength(5);
    expect(readFileSync(coordinator.path('runs', agentId, '3', 'exit.json'), 'utf8')).toContain('"code":1');
    const lines = [2, 3, 4, 5].flatMap((n) => [expect.stringContaining(`[ziggie] attempt ${n} begins`), 'here']);
    expect(coordinator.log(agentId).trimEnd().split('\n')).toEqual(['here', ...lines]);
  });

  test('case 12: the short form is taken, and without one nothing is restarted', async () => {
    const coordinator = await startShells();
    const once = await deployScript(coordinator, 'case-12-once', 'exit 1');
    const never = await deployScript(coordinator, 'case-12-never', 'exit 1', { restart: 'never' });
    expect(await coordinator.ended(once.agentId)).toMatchObject({ status: 'failed', attempt: 1 });
    expect(await coordinator.ended(never.agentId)).toMatchObject({ status: 'failed', attempt: 1 });
    const { agentId } = await deployScript(coordinator, 'case-12-short', 'exit 1', { restart: 'on-failure' });
    const record = await waitFor('it backs off', async () => {
      const answer = await coordinator.client.get(agentId);
      return answer.ok && answer.value.status === 'backoff' ? answer.value : null;
    });
    expect(record).toMatchObject({ attempt: 1, pid: null, completed_at: null });
    expect(record.status_reason).toBe('attempt 1 failed (exit 1); attempt 2 follows after 1 s');
    const answer = await coordinator.client.stop(agentId, 'enough');
    expect(answer).toMatchObject({ ok: true, value: { status: 'stopped' } });
    expect(await coordinator.ended(agentId)).toMatchObject({ exit_code: 1, attempt: 1 });
  });

  test('case 12: good runs count as a new beginning, and one that succeeds is done', async () => {
    const coordinator = await startShells();
    const script = 'echo x >> count; [ $(wc -l < count) -ge 5 ] || exit 3';
    const restart = { ...quick, max_restarts: 1, reset_seconds: 0.001 };
    const { agentId } = await deployScript(coordinator, 'case-12-good', script, { restart });
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'completed', attempt: 5, exit_code: 0 });
  });

  test('case 12: a crash during the back-off neither forgets the restart nor doubles it', async () => {
    const coordinator = await startShells();
    const script = `echo x >> count; [ -e count2 ] || { mv count count2; exit 3; }; ${untilFile('go')}`;
    const restart = { ...quick, backoff_seconds: 1.5 };
    const { agentId } = await deployScript(coordinator, 'case-12-crash', script, { restart });
    await waitFor('it backs off', () => events(coordinator, 'agent_restarting').length === 1);
    await coordinator.crash();
    await coordinator.start();
    const [backoff] = events(coordinator, 'agent_restarting');
    await waitFor('the second attempt begins', () => coordinator.log(agentId).includes('[ziggie] attempt 2'));
    await coordinator.crash();
    await coordinator.start();
    letGo(coordinator, 'go');
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'completed', attempt: 2 });
    const starts = events(coordinator, 'agent_starting').filter(({ attempt }) => attempt === 2);
    expect(Date.parse(starts[0]?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(backoff?.until ?? '') - 2);
    // It ran twice in all: once to fail, once to the end.
    expect(readFileSync(coordinator.path('count'), 'utf8')).toBe('x\n');
  });

  test('case 12: what runs out of time is not restarted', async () => {
    const coordinator = await startShells();
    const { agentId } = await deployScript(coordinator, 'case-12-time', 'sleep 300', {
      restart: quick,
      max_runtime: 0.2,
    });
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'timed_out', attempt: 1 });
    expect(events(coordinator, 'agent_restarting')).toEqual([]);
  });
});

test('case 13: a hundred wanted agents start a few at a time, also over a crash, and each exactly once', async () => {
  const coordinator = await startShells({ starts_per_second: 50, max_starting: 4, reserved_per_level: 0 });
  await coordinator.crash();
  const count = 100;
  for (let n = 0; n < count; n++) {
    coordinator.drop(`case-13-${n}`, {
      request_id: `case-13-${n}`,
      agent_type: 'L1',
      config: { prompt: 'echo begun; exec sleep 300\n' },
    });
  }
  await coordinator.start();
  await waitFor('some have started', () => events(coordinator, 'agent_started').length >= 30, { timeoutMs: 30_000 });
  await coordinator.crash();
  await coordinator.start();
  await waitFor(
    'all run',
    async () => {
      const answer = await coordinator.client.list();
      return answer.ok && answer.value.agents.filter(({ status }) => status === 'running').length === count;
    },
    { timeoutMs: 45_000, seen: () => coordinator.output },
  );
  let state = emptyFleet;
  let most = 0;
  for (const event of coordinator.journal()) {
    state = fold(state, event);
    most = Math.max(most, state.counts.starting);
  }
  expect(state.counts).toMatchObject({ running: count, queued: 0, starting: 0 });
  expect(most).toBeLessThanOrEqual(4);
  // A bucket of four that fills at fifty a second; a second one of the second coordinator.
  const times = events(coordinator, 'agent_starting').map(({ at }) => Date.parse(at));
  for (const [index, at] of times.entries()) {
    const within = times.slice(0, index + 1).filter((earlier) => earlier > at - 400).length;
    expect(within).toBeLessThanOrEqual(4 + 20 + 1 + 4);
  }
  const waited = events(coordinator, 'agent_waiting');
  expect(waited.map(({ reason }) => reason)).toContain(
    'waiting: starts are spread over time (limits.starts_per_second)',
  );
  const begun = (): string[] => [...state.agents.keys()].map((agentId) => coordinator.log(agentId));
  await waitFor('each has begun', () => begun().every((log) => log !== ''));
  expect(new Set(begun())).toEqual(new Set(['begun\n']));
}, 120_000);
