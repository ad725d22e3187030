/**
 * The coordinator is killed right before each of its state-changing system calls between the acceptance of three
 * or six requests and their end. The calls are counted first, so that every one of them has its turn.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../rig/wait-for.ts';
import { Requests } from './rig/requests.ts';
import { type Launched, SoakRoot } from './rig/soak-root.ts';
import { oneFileThread, Strace, straceMissing } from '../rig/strace.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';
import { faultsOf, remainsOf } from './rig/verdict.ts';
import { workerRuntime } from './rig/worker.ts';

const stateChanging = [
  ...['write', 'writev', 'pwrite64', 'sendmsg', 'fsync', 'fdatasync', 'ftruncate'],
  ...['openat', 'rename', 'unlink', 'mkdir', 'clone', 'clone3', 'vfork'],
] as const;
/** Most of these only read, /proc above all; a spread of them is enough. */
const mostlyReading = { call: 'openat', points: amount({ ci: 2, full: 100 }) };
const points = amount({ ci: 16, full: Number.POSITIVE_INFINITY });

interface Point {
  readonly threads: 'main' | 'file';
  readonly call: string;
  /** Which call of its kind in these threads, from 1. */
  readonly nth: number;
}

const missing = process.platform === 'linux' ? straceMissing() : 'only for Linux';
if (missing !== null) console.log(`soak syscalls   left out: ${missing}`);

test.skipIf(missing !== null)('case 30: SIGKILL before each state-changing system call loses nothing', async () => {
  const root = new SoakRoot({
    default_runtime: 'worker',
    runtimes: { worker: workerRuntime },
    limits: { max_running: 200, min_free_memory_mb: 0 },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  const requests = new Requests(root);
  let life = await root.start({ through: oneFileThread });
  await someRequests(root, requests, 'warm-up');
  const chosen = await pointsOf(root, requests);
  let reached = 0;
  for (const point of chosen) {
    const name = `${point.threads}-${point.call}-${point.nth}`;
    if (await killedAt(root, requests, life, point, name)) {
      reached += 1;
      life = await root.start({ through: oneFileThread });
    }
    await settled(root, requests);
  }
  const faults = await faultsOf(root, requests);
  life.child.kill('SIGTERM');
  expect(await life.exited).toBe(0);
  const all = [...faults, ...(await remainsOf(root))];
  expect(all, `${repeatWith('syscalls')}\n${all.length === 0 ? '' : root.lastOutput(20_000)}`).toEqual([]);
  // How requests share a write or a sync differs from time to time, so the last points of a kind may not come.
  expect(reached).toBeGreaterThanOrEqual(chosen.length * 0.6);
  figures('syscalls', {
    'kills before a system call': reached,
    'kinds of call': new Set(chosen.map(({ threads, call }) => `${threads} ${call}`)).size,
    requests: requests.asked.length,
    'lost, doubled, wrong or left over': all.length,
  });
});

/** How often these requests make each call, as one point for every call; spread evenly where not all are wanted. */
async function pointsOf(root: SoakRoot, requests: Requests): Promise<Point[]> {
  const all: Point[] = [];
  for (const threads of ['main', 'file'] as const) {
    const log = root.path('counted.strace');
    const strace = await Strace.attach({ pid: root.pid, threads, calls: stateChanging, inject: null, log });
    await someRequests(root, requests, `counted-${threads}`);
    await strace.detach();
    const calls = strace.seen().map((line) => /^(?:\d+\s+)?(\w+)\(/.exec(line)?.[1]);
    for (const call of stateChanging) {
      const count = calls.filter((one) => one === call).length;
      const nths = Array.from({ length: count }, (_, index) => index + 1);
      const wanted = call === mostlyReading.call ? spread(nths, mostlyReading.points) : nths;
      all.push(...wanted.map((nth) => ({ threads, call, nth })));
    }
  }
  return spread(all, points);
}

function spread<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, index) => all[Math.floor((index * all.length) / most)]).flatMap(
    (one) => one ?? [],
  );
}

/** True if it was killed; false when these requests were over before that call came. */
async function killedAt(
  root: SoakRoot,
  requests: Requests,
  life: Launched,
  { threads, call, nth }: Point,
  name: string,
): Promise<boolean> {
  const log = root.path('killed.strace');
  const inject = `signal=SIGKILL:when=${nth}`;
  const strace = await Strace.attach({ pid: root.pid, threads, calls: [call], inject, log });
  const killed = life.exited.then(() => true);
  const over = await Promise.race([killed, someRequests(root, requests, name).then(() => false)]);
  await strace.detach();
  // The last requests may have ended together with it.
  return over || life.child.signalCode !== null;
}

/** Two thirds by file and one by HTTP; settles when they have ended, and what they leave to do is done. Never when it is killed. */
async function someRequests(root: SoakRoot, requests: Requests, name: string): Promise<void> {
  for (let round = 0; round < amount({ ci: 1, full: 2 }); round++) {
    for (const [index, code] of [0, 7].entries()) {
      requests.byFile({ requestId: `${name}-${round}-${index}`, code, nap: 0 });
    }
    await requests.byHttp({ requestId: `${name}-${round}-http`, code: 42, nap: 0 });
  }
  await settled(root, requests);
  await delay(300); // Answers are noted a quarter of a second later.
}

async function settled(root: SoakRoot, requests: Requests): Promise<void> {
  const known = new Set(requests.asked.filter(({ door, acknowledged }) => door === 'file' || acknowledged !== null));
  const ids = new Set([...known].map(({ requestId }) => requestId));
  const seen = { open: [...ids] };
  await waitFor(
    'the requests have ended',
    async () => {
      const agents = await root.agents().catch(() => null);
      const ended = new Set(
        agents?.flatMap(({ request_id: id, completed_at: end }) => (end !== null && ids.has(id) ? [id] : [])),
      );
      seen.open = [...ids].filter((id) => !ended.has(id));
      return seen.open.length === 0;
    },
    { timeoutMs: 30_000, seen: () => ({ ...seen, output: root.lastOutput() }) },
  );
}
