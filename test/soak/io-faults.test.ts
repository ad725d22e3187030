/**
 * Disks that are full, that fail once or refuse for a while, and too few descriptors: the coordinator goes on, says that
 * something is wrong, gives no false answer, and recovers by itself.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { Health } from '../../protocol/api.ts';
import { descriptorsOf } from '../rig/proc.ts';
import { smallDisk, smallDiskMissing } from '../rig/small-disk.ts';
import { oneFileThread, Strace, straceMissing } from '../rig/strace.ts';
import { waitFor } from '../rig/wait-for.ts';
import { requestOf, Requests } from './rig/requests.ts';
import { type Launched, type LaunchOptions, SoakRoot } from './rig/soak-root.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';
import { faultsOf } from './rig/verdict.ts';
import { type Job, workerRuntime } from './rig/worker.ts';

const noStrace = process.platform === 'linux' ? straceMissing() : 'only for Linux';
const deploys = amount({ ci: 30, full: 100 });
const refusedForMs = amount({ ci: 2000, full: 15_000 });
const recoversWithinMs = 10_000;

const totals = { faults: 0, refused: 0, falseAnswers: 0, leftOut: '' };
if (noStrace !== null) totals.leftOut = noStrace;
afterAll(() => {
  figures('io-faults', {
    'kinds of fault': totals.faults,
    'requests refused with 503': totals.refused,
    'false answers': totals.falseAnswers,
    crashes: 0,
    ...(totals.leftOut === '' ? {} : { 'left out': totals.leftOut }),
  });
});

interface Under {
  readonly root: SoakRoot;
  readonly requests: Requests;
  readonly life: Launched;
}

async function start(options: LaunchOptions, parent?: string): Promise<Under> {
  const root = new SoakRoot(
    {
      default_runtime: 'worker',
      runtimes: { worker: workerRuntime },
      limits: { max_running: 200, min_free_memory_mb: 0 },
      report: { required: false },
    },
    parent,
  );
  onTestFinished(() => root.dispose());
  const requests = new Requests(root);
  const life = await root.start(options);
  await requests.byHttp(job('before'));
  await root.allEnded();
  return { root, requests, life };
}

const job = (name: string, code = 0): Job => ({ requestId: name, code, nap: 0 });

async function health(root: SoakRoot): Promise<Health> {
  try {
    return (await root.call('GET', '/health')).body as Health;
  } catch (error) {
    throw new Error(`Nobody answers any more. ${repeatWith('io-faults')}\n${root.lastOutput()}`, { cause: error });
  }
}

const isWell = (root: SoakRoot): Promise<unknown> => {
  const seen = { last: null as Health | null };
  return waitFor(
    'it is well again',
    async () => {
      seen.last = await health(root);
      return seen.last.status === 'ok';
    },
    { timeoutMs: recoversWithinMs, seen: () => ({ health: seen.last, output: root.lastOutput() }) },
  );
};

const isDegraded = (root: SoakRoot, parts: readonly string[]): Promise<unknown> =>
  waitFor('it says that it is degraded', async () => {
    const { status, degraded } = await health(root);
    return status === 'degraded' && degraded.some(({ part }) => parts.includes(part));
  });

/** The fault is over and it is well. Nothing that was asked may be missing or doubled, neither now nor after a restart. */
async function judge({ root, requests, life }: Under): Promise<void> {
  expect(life.child.exitCode, `it ended: ${root.lastOutput()}`).toBeNull();
  totals.refused += requests.refused.length;
  await requests.askAgain();
  await root.allEnded();
  life.child.kill('SIGKILL');
  await life.exited;
  await root.start();
  const faults = await faultsOf(root, requests);
  totals.falseAnswers += faults.length;
  totals.faults += 1;
  expect(faults, `${repeatWith('io-faults')}\n${root.lastOutput()}`).toEqual([]);
  expect(await health(root)).toMatchObject({ status: 'ok' });
}

test.skipIf(process.platform !== 'linux')(
  'a full disk: 503 and degraded, then well again without a restart',
  async ({ skip }) => {
    const missing = smallDiskMissing();
    if (missing !== null) {
      totals.leftOut = missing;
      skip(missing);
      return;
    }
    const disk = smallDisk();
    onTestFinished(() => disk.remove());
    const under = await start({}, disk.folder);
    const { root, requests } = under;
    // Written while there was room, as a client may; put in place while there is none.
    const byFile = job('file-while-full', 7);
    writeFileSync(root.path('requests', 'file-while-full.tmp'), JSON.stringify(requestOf(byFile)));
    disk.fill();
    for (let n = 0; n < 10; n++) await requests.byHttp(job(`full-${n}`));
    expect(requests.refused.length, `nothing was refused: ${root.lastOutput()}`).toBeGreaterThan(0);
    renameSync(root.path('requests', 'file-while-full.tmp'), root.path('requests', 'file-while-full.json'));
    requests.asked.push({ ...byFile, door: 'file', acknowledged: null });
    await isDegraded(root, ['journal', 'runs']);
    await delay(500); // The file request is met while there is no room.
    disk.free();
    await isWell(root);
    await judge(under);
  },
);

test.skipIf(noStrace !== null)('a sync that fails once: that request is refused, the next one is not', async () => {
  const under = await start({ through: oneFileThread });
  const { root, requests } = under;
  const inject = 'error=EIO:when=1';
  const log = root.path('eio.strace');
  const strace = await Strace.attach({ pid: root.pid, threads: 'file', calls: ['fdatasync'], inject, log });
  await requests.byHttp(job('unlucky'));
  expect(requests.refused, root.lastOutput()).toHaveLength(1);
  await requests.byHttp(job('next'));
  expect(requests.refused, root.lastOutput()).toHaveLength(1);
  await strace.detach();
  expect(strace.seen().filter((line) => line.includes('(INJECTED)'))).toHaveLength(1);
  await isWell(root);
  await judge(under);
});

test.skipIf(process.platform !== 'linux')('too few descriptors: what cannot be taken now is taken later', async () => {
  const under = await start({});
  const { root, requests } = under;
  // What it has at rest and a dozen more: connections and files of a hundred requests do not fit.
  const most = descriptorsOf(root.pid) + 12;
  const limited = spawnSync('prlimit', ['--pid', String(root.pid), `--nofile=${most}:${most}`], { encoding: 'utf8' });
  expect(limited.status, limited.stderr).toBe(0);
  const posts = Array.from({ length: deploys }, (_, n) => requests.byHttp(job(`http-${n}`, n % 3)));
  for (let n = 0; n < deploys; n++) requests.byFile(job(`file-${n}`, n % 3));
  await Promise.all(posts);
  await isWell(root);
  await judge(under);
});

test.skipIf(noStrace !== null)('a rename that is refused five times is made at last', async () => {
  const under = await start({});
  const { root, requests } = under;
  const inject = 'error=EPERM:when=1..5';
  const log = root.path('eperm.strace');
  const strace = await Strace.attach({ pid: root.pid, threads: 'main', calls: ['rename'], inject, log });
  for (let n = 0; n < 3; n++) requests.byFile(job(`file-${n}`, n));
  for (let n = 0; n < 3; n++) await requests.byHttp(job(`http-${n}`, n));
  expect(requests.refused).toEqual([]);
  await allAnswered(root, 3);
  await isWell(root);
  await strace.detach();
  await judge(under);
});

test.skipIf(noStrace !== null)(
  'renames that are refused for seconds: degraded, but what is asked is done',
  async () => {
    const under = await start({});
    const { root, requests } = under;
    const log = root.path('eperm.strace');
    const calls = ['rename'];
    const strace = await Strace.attach({ pid: root.pid, threads: 'main', calls, inject: 'error=EPERM', log });
    for (let n = 0; n < 3; n++) requests.byFile(job(`file-${n}`, n));
    for (let n = 0; n < 3; n++) await requests.byHttp(job(`http-${n}`, n));
    expect(requests.refused).toEqual([]);
    await isDegraded(root, ['state_files', 'answers']);
    await delay(refusedForMs);
    await strace.detach();
    await isWell(root);
    await allAnswered(root, 3);
    const agents = await root.allEnded();
    await waitFor('every agent has its state file', () =>
      agents.every(({ agent_id }) => existsSync(root.path('state', `${agent_id}.json`))),
    );
    await judge(under);
  },
);

const allAnswered = (root: SoakRoot, count: number): Promise<unknown> =>
  waitFor('every file request is answered', () => responses(root).length === count, {
    timeoutMs: recoversWithinMs,
    seen: () => ({ responses: responses(root), output: root.lastOutput() }),
  });

const responses = (root: SoakRoot): string[] =>
  readdirSync(root.path('responses')).filter((name) => /^file-\d+_response\.json$/.test(name));
