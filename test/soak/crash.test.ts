/**
 * The coordinator is killed at random points, also while it comes back, under requests by file and HTTP: nothing is lost,
 * nothing begins twice, every end is known exactly, nothing is left behind.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { launcherDelay } from './rig/launcher-delay.ts';
import type { Random } from './rig/random.ts';
import { Requests } from './rig/requests.ts';
import { type LaunchOptions, SoakRoot } from './rig/soak-root.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';
import { faultsOf, remainsOf } from './rig/verdict.ts';
import { type Job, workerRuntime } from './rig/worker.ts';

const kills = amount({ ci: 10, full: 200 });
const requestsPerKill = 20;
/** A start takes some 400 ms, so these fall before, into and after the recovery. */
const earlyKillWithinMs = 600;
const lateKillWithinMs = 300;

/** So short a life starts fewer agents than it accepts; now and then one has the time to catch up. */
const calmEvery = 20;

const exitCodes = [0, 0, 1, 7, 42, 255];

class Jobs {
  #count = 0;
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): Job {
    this.#count += 1;
    const code = exitCodes[this.#random.below(exitCodes.length)] ?? 0;
    return { requestId: `job-${this.#count}`, code, nap: this.#random.chance(0.3) ? this.#random.below(4) / 10 : 0 };
  }
}

test.skipIf(process.platform !== 'linux')(
  'SIGKILL at random points loses nothing and starts nothing twice',
  async () => {
    const random = randomFor('crash');
    const late = launcherDelay();
    onTestFinished(late.remove);
    const root = new SoakRoot({
      default_runtime: 'worker',
      runtimes: { worker: workerRuntime },
      limits: { max_running: 200, max_starting: 16, max_queued: 100_000, min_free_memory_mb: 0 },
      report: { required: false },
    });
    onTestFinished(() => root.dispose());
    const requests = new Requests(root);
    const jobs = new Jobs(random);
    await (
      await firstStart(root)
    ).exited; // The folders exist now.

    const early = { kills: 0 };
    for (let kill = 0; kill < kills; kill++) {
      const isEarly = random.chance(0.4);
      if (isEarly) early.kills += 1;
      await oneLife(root, requests, jobs, random, isEarly, late);
      if (kill % calmEvery === calmEvery - 1) await calmLife(root, late);
    }

    const last = await root.start();
    const faults = await faultsOf(root, requests);
    last.child.kill('SIGTERM');
    expect(await last.exited).toBe(0);
    const all = [...faults, ...(await remainsOf(root))];
    expect(all, `${repeatWith('crash')}\n${all.length === 0 ? '' : root.lastOutput(20_000)}`).toEqual([]);
    figures('crash', {
      kills,
      'of them before it was ready': early.kills,
      requests: requests.asked.length,
      'by HTTP': requests.asked.filter(({ door }) => door === 'http').length,
      'lost, doubled, wrong or left over': all.length,
      'launcher delay': late.missing ?? 'up to 200 ms',
    });
  },
);

async function firstStart(root: SoakRoot) {
  const first = await root.start();
  first.child.kill('SIGKILL');
  return first;
}

async function calmLife(root: SoakRoot, options: LaunchOptions): Promise<void> {
  const life = await root.start(options);
  await root.allEnded();
  life.child.kill('SIGKILL');
  await life.exited;
}

/** One coordinator from its start to its violent end, with requests before, meanwhile and right up to it. */
async function oneLife(
  root: SoakRoot,
  requests: Requests,
  jobs: Jobs,
  random: Random,
  isEarly: boolean,
  options: LaunchOptions,
): Promise<void> {
  const count = (share: number): number => Math.round(requestsPerKill * share);
  for (let n = 0; n < count(0.25); n++) requests.byFile(jobs.next());
  const life = root.launch(options);
  const posts: Promise<void>[] = [];
  if (isEarly) {
    const killAt = random.below(earlyKillWithinMs);
    await delay(killAt / 2);
    for (let n = 0; n < count(0.75); n++) requests.byFile(jobs.next());
    await delay(killAt / 2);
  } else {
    await root.ready(life);
    for (let n = 0; n < count(0.5); n++) posts.push(requests.byHttp(jobs.next()));
    await delay(random.below(lateKillWithinMs) / 2);
    for (let n = 0; n < count(0.25); n++) requests.byFile(jobs.next());
    await delay(random.below(lateKillWithinMs) / 2);
  }
  life.child.kill('SIGKILL');
  await Promise.all([...posts, life.exited]);
}
