/** Fifty clients follow a busy fleet, and one of them reads nothing: the others are told everything in order, and it is dropped. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../rig/wait-for.ts';
import { Follower, quantile } from './rig/followers.ts';
import { requestsNamed } from './rig/sleepers.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';

const clients = amount({ ci: 15, full: 50 });
const seconds = amount({ ci: 15, full: 60 });
const eventsPerSecond = 200;
/** One that must wait: it is accepted, and it is said why it waits. */
const eventsPerDeployment = 2;
/** The system takes some megabytes for a client that reads nothing; events of this size fill that within seconds. */
const noteBytes = 6000;
const stepMs = 20;
/** A machine that is too slow for the rate gets a lower one, not a refusal of connections. */
const mostAtOnce = 50;

test.skipIf(process.platform !== 'linux')('a busy fleet is told to everybody who listens', async () => {
  const root = new SoakRoot({
    default_runtime: 'sleeper',
    runtimes: { sleeper: { kind: 'command', command: '/bin/sleep', args: ['3600'] } },
    limits: { max_running: 1, max_queued: 100_000, min_free_memory_mb: 0 },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  await root.start();
  const followers = await Promise.all(Array.from({ length: clients - 1 }, () => Follower.open(root)));
  const stalled = await Follower.open(root);
  stalled.socket.pause();
  const before = memoryMb(root.pid);
  const [request] = requestsNamed('busy', 1, { note: 'x'.repeat(noteBytes) });
  const statuses: number[] = [];
  const underWay = new Set<Promise<void>>();
  const begun = performance.now();
  for (let spent = 0; spent < seconds * 1000; spent = performance.now() - begun) {
    const due = Math.ceil((spent / 1000) * (eventsPerSecond / eventsPerDeployment));
    while (statuses.length + underWay.size < due && underWay.size < mostAtOnce) {
      const named = { ...request, request_id: `busy-${statuses.length + underWay.size}` };
      const asked = root.deploy(named).then(({ status }) => {
        statuses.push(status);
        underWay.delete(asked);
      });
      underWay.add(asked);
    }
    await delay(stepMs);
  }
  await Promise.all(underWay);
  const refused = statuses.filter((status) => status >= 300);
  const grown = memoryMb(root.pid) - before;
  const last = await waitFor('everybody knows the last event', () => {
    const all = new Set(followers.map((one) => one.last));
    return all.size === 1 && followers[0]?.last;
  });
  stalled.socket.resume();
  // One that was not dropped would catch up now, and stay.
  const seen = repeatWith('sockets');
  await waitFor('the one that read nothing is gone', () => stalled.closed, {
    seen: () => ({ last, at: stalled.last }),
  });
  const faults = followers.reduce((sum, one) => sum + one.faults, 0);
  expect(refused, seen).toEqual([]);
  expect(faults, seen).toBe(0);
  expect(
    followers.filter(({ closed }) => closed !== null),
    seen,
  ).toEqual([]);
  expect(stalled.last, seen).toBeLessThan(last);
  expect(last).toBeGreaterThanOrEqual(statuses.length * eventsPerDeployment);
  const delays = followers.flatMap(({ delaysMs }) => delaysMs);
  figures('sockets', {
    clients,
    'events each': followers[0]?.events ?? 0,
    'a second': Math.round((followers[0]?.events ?? 0) / seconds),
    'lost, doubled or out of order': faults,
    'dropped, of one that read nothing': 1,
    'close code of it': stalled.closed ?? 0,
    'ms to a client at p50': quantile(delays, 0.5),
    'ms at p99': quantile(delays, 0.99),
    'MB more, the fleet itself included': Math.round(grown),
  });
});

const memoryMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
