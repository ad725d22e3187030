/** The wall clock is changed under a coordinator: durations go by the monotonic clock, and the order of events by number. */
import { expect, onTestFinished, test } from 'vitest';
import type { Clock } from '../../../main/coordinator/clock.ts';
import { isAlive } from '../../rig/coordinator.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { valueOf } from '../../rig/result.ts';
import { composed } from './composed.ts';

const hourMs = 3_600_000;
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

test('case 17: a wall clock that jumps a day ahead and two back moves no time limit, and events stay in order', async () => {
  const clock = new JumpingClock();
  clock.jump(hourMs); // Behind from the beginning is what the times of files are.
  const { coordinator, events } = await composed({ clock, limits: { max_running: 1 } });
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

test('case 17: eight hours by the wall clock use up no budget of minutes, before a restart or after it', async () => {
  const clock = new JumpingClock();
  const operator = { kind: 'operator' } as const;
  const first = await composed({ clock });
  let { coordinator } = first;
  const record = (id: string) => valueOf(coordinator.get(id, operator));
  const deploy = async (id: string, minutes: number): Promise<string> => {
    const budget = { minutes, on_exceeded: 'stop' };
    const request = { request_id: id, agent_type: 'L1', budget, config: { prompt: 'exec sleep 300\n' } };
    return valueOf(await coordinator.deploy(request, operator, 'admission')).record.agent_id;
  };
  const spender = await deploy('case-17-budget', 90);
  onTestFinished(() => {
    const { pid } = record(spender);
    if (pid !== null && isAlive(pid)) process.kill(-pid, 'SIGKILL');
  });

  /** Another is stopped by its budget, which has been looked at together with the first one's by then. */
  const afterALook = async (id: string): Promise<number> => {
    const other = await deploy(id, 0.01);
    await waitFor('one is stopped by its budget', () => record(other).status === 'stopped', {
      seen: () => record(other),
    });
    expect(record(other).status_reason).toContain('has spent 0.01 min of 0.01 min');
    expect(record(spender).status).toBe('running');
    return record(spender).budget?.spent.minutes ?? Number.NaN;
  };
  clock.jump(8 * hourMs);
  expect(await afterALook('case-17-jump')).toBeLessThan(1);

  await coordinator.close('another takes over');
  ({ coordinator } = await composed({ clock, root: first.layout }));
  await waitFor('it is adopted', () => record(spender).status === 'running');
  clock.jump(8 * hourMs);
  expect(await afterALook('case-17-adopted')).toBeLessThan(1);
  valueOf(await coordinator.stop(spender, operator, null));
  await waitFor('it has ended', () => record(spender).status === 'stopped');
  expect(record(spender).execution_time_seconds).toBeLessThan(60);
});
