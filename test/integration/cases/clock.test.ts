/** The wall clock is changed under a coordinator: durations go by the monotonic clock, and the order of events by number. */
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { configSchema } from '../../../protocol/config.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import type { Clock } from '../../../main/coordinator/clock.ts';
import { readyCoordinator } from '../../../main/coordinator/coordinator.ts';
import type { Coordinator } from '../../../main/coordinator/facade.ts';
import { createPosixOwnership } from '../../../main/coordinator/process/posix/ownership.ts';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { agentEnvironment } from '../../../main/coordinator/runtimes/environment.ts';
import { createRuntimes } from '../../../main/coordinator/runtimes/registry.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { valueOf } from '../../rig/result.ts';
import { shellConfig } from './shell-agents.ts';

const hourMs = 3_600_000;
const built = (name: string): string => resolve(import.meta.dirname, '../../../dist/main', name);

/** A wall clock that is put forward and back while the monotonic one goes on. */
class JumpingClock implements Clock {
  #offsetMs = 0;

  jump(milliseconds: number): void {
    this.#offsetMs += milliseconds;
  }

  now(): string {
    return new Date(Date.now() + this.#offsetMs).toISOString();
  }

  monotonic(): number {
    return performance.now();
  }
}

/** The composed coordinator in this process, with a clock of the test's own. */
async function startWith(clock: Clock): Promise<{ coordinator: Coordinator; events: Sequenced[] }> {
  const root = mkdtempSync(join(tmpdir(), 'ziggie-clock-'));
  const layout = layoutOf(root);
  makeFolders(layout);
  const config = configSchema.parse(shellConfig({ max_running: 1 }));
  const environment = agentEnvironment(process.env, {});
  const log = (): void => undefined;
  const readied = await readyCoordinator({
    layout,
    config,
    runtimes: createRuntimes(config, {
      env: process.env,
      platform: process.platform,
      isRoot: process.getuid?.() === 0,
      homedir: homedir(),
      demoAgent: built('demo-agent.js'),
    }),
    ownership: createPosixOwnership({ root, environment, nursery: built('nursery.js'), log }),
    clock,
    log,
    operatorToken: 'a'.repeat(43),
    version: '0',
    url: () => 'http://127.0.0.1:9',
  });
  const events: Sequenced[] = [];
  readied.coordinator.subscribe((event) => events.push(event));
  await readied.begin();
  onTestFinished(async () => {
    await readied.coordinator.close('the test is over');
    rmSync(root, { recursive: true, force: true });
  });
  return { coordinator: readied.coordinator, events };
}

test('case 17: a wall clock that jumps a day ahead and two back moves no time limit, and events stay in order', async () => {
  const clock = new JumpingClock();
  const { coordinator, events } = await startWith(clock);
  const operator = { kind: 'operator' } as const;
  const ask = (id: string, config: object) =>
    coordinator.deploy({ request_id: id, agent_type: 'L1', config }, operator, 'admission');

  const limited = valueOf(await ask('case-17-limit', { prompt: 'exec sleep 300\n', max_runtime: 2 }));
  const began = performance.now();
  const waiting = valueOf(await ask('case-17-wait', { prompt: 'true\n', timeout: 1 }));
  expect([limited.record.status, waiting.record.status]).toEqual(['running', 'queued']);
  const statusOf = (id: string): string | undefined => {
    const answer = coordinator.get(id, operator);
    return answer.ok ? answer.value.status : undefined;
  };

  clock.jump(24 * hourMs);
  // An event of each hour stands in the journal.
  await ask('case-17-ahead', { prompt_file: 'missing' });
  expect(statusOf(limited.record.agent_id)).toBe('running');
  expect(statusOf(waiting.record.agent_id)).toBe('queued');
  clock.jump(-48 * hourMs);
  await ask('case-17-behind', { prompt_file: 'missing' });

  await waitFor('the one that waits is told', () => statusOf(waiting.record.agent_id) === 'expired');
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(statusOf(limited.record.agent_id)).toBe('running');
  await waitFor('the time is up', () => statusOf(limited.record.agent_id) === 'timed_out');
  const ran = performance.now() - began;
  expect(ran).toBeGreaterThan(1900);
  const record = valueOf(coordinator.get(limited.record.agent_id, operator));
  expect(record.execution_time_seconds).toBeGreaterThan(1.9);
  expect(record.execution_time_seconds).toBeLessThan(ran / 1000 + 0.1);

  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  const times = events.map(({ event }) => Date.parse(event.at));
  expect(times.some((at, index) => at < (times[index - 1] ?? at))).toBe(true);
});
