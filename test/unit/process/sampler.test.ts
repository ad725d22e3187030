import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import type { RunMark, TreeUsage } from '../../../main/coordinator/process/ownership.ts';
import { Cgroups } from '../../../main/coordinator/process/posix/cgroups.ts';
import { createPosixTrees } from '../../../main/coordinator/process/posix/ownership.ts';
import { parsePs } from '../../../main/coordinator/process/posix/process-table.ts';
import { restAfter, type Sample, Sampler } from '../../../main/coordinator/process/sampler.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { hold, shell, trees } from './held-run.ts';

const someRun: RunMark = {
  agentId: 'agent',
  attempt: 1,
  nonce: 'n',
  leader: { pid: 1, start_time: '1', boot_id: null },
};

interface Looks {
  readonly answers: (TreeUsage | Error)[];
  readonly everyMs?: number;
}

/** A sampler over figures of the test's own; `seen` grows with every sample. */
function sampler({ answers, everyMs = 5 }: Looks): { readonly sampler: Sampler; readonly seen: Sample[] } {
  const seen: Sample[] = [];
  const usageOf = (runs: readonly RunMark[]): Promise<Map<string, TreeUsage>> => {
    const next = answers.shift() ?? { cpuSeconds: null, memoryMb: null, processes: null };
    if (next instanceof Error) return Promise.reject(next);
    return Promise.resolve(new Map(runs.map(({ nonce }) => [nonce, next])));
  };
  const made = new Sampler({
    trees: { ...trees, usageOf },
    clock: systemClock,
    everyMs,
    onSample: (_, sample) => seen.push(sample),
  });
  onTestFinished(() => made.close());
  return { sampler: made, seen };
}

describe('the sampler', () => {
  test('tells processor use between two looks, and nothing where one of them is missing', async () => {
    const figures = [0, 1, 0.5, null, 2].map((cpuSeconds) => ({ cpuSeconds, memoryMb: 3, processes: 4 }));
    const { sampler: it, seen } = sampler({ answers: figures });
    it.add(someRun);
    await waitFor('five samples', () => seen.length >= 5);
    const [first, second, third, fourth, fifth] = seen;
    expect(first).toMatchObject({ cpuPercent: null, memoryMb: 3, processes: 4 });
    expect(second?.cpuPercent).toBeGreaterThan(100); // A second of work in a few milliseconds.
    expect(third?.cpuPercent).toBe(0); // Who ended took its seconds along.
    expect([fourth?.cpuPercent, fifth?.cpuPercent]).toEqual([null, null]);
    expect(it.samplesOf(someRun).slice(0, 5)).toEqual(seen.slice(0, 5));
  });

  test('rests by what a look cost, not by how long a busy machine let it wait', async () => {
    let looks = 0;
    const slow = new Sampler({
      trees: {
        ...trees,
        usageOf: async () => {
          looks += 1;
          await delay(100); // Nothing of ours runs meanwhile.
          return new Map();
        },
      },
      clock: systemClock,
      everyMs: 5,
      onSample: () => undefined,
    });
    onTestFinished(() => slow.close());
    slow.add(someRun);
    await waitFor('a third look', () => looks >= 3); // By the clock the second would come after 20 s.
    expect([1, 20, 500].map((costMs) => restAfter(costMs, 2000))).toEqual([2000, 4000, 15_000]);
  });

  test('leaves out a look that failed, and goes on', async () => {
    const figure = { cpuSeconds: 1, memoryMb: 1, processes: 1 };
    const { sampler: it, seen } = sampler({ answers: [new Error('EMFILE'), figure, new Error('EMFILE'), figure] });
    it.add(someRun);
    await waitFor('two samples', () => seen.length >= 2);
    expect(seen[1]).toMatchObject({ processes: 1, cpuPercent: 0 });
  });

  test('keeps the last 150', async () => {
    const answers = Array.from({ length: 200 }, (_, processes) => ({ cpuSeconds: 0, memoryMb: 0, processes }));
    const { sampler: it, seen } = sampler({ answers, everyMs: 0 });
    it.add(someRun);
    await waitFor('200 samples', () => seen.length >= 200);
    expect(it.samplesOf(someRun)).toHaveLength(150);
  });

  test('has no timer while there is nobody to look at, and forgets who is removed', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const { sampler: it, seen } = sampler({ answers: [{ cpuSeconds: 1, memoryMb: 1, processes: 1 }] });
    it.add(someRun);
    await waitFor('a sample', () => seen.length >= 1);
    it.remove(someRun);
    expect(it.samplesOf(someRun)).toEqual([]);
    await waitFor('it stopped', () => timers() <= before);
    it.add(someRun);
    const count = seen.length;
    await waitFor('it goes on', () => seen.length > count);
  });
});

const probe = process.platform === 'linux' ? Cgroups.open('a probe of the sampler') : null;
probe?.close();

describe.skipIf(process.platform !== 'linux')('the usage of a tree', () => {
  const ways = [
    ['by the members themselves', false],
    ['by its cgroup', true],
  ] as const;
  test.each(ways.filter(([, useCgroups]) => !useCgroups || probe !== null))('is told %s', async (_, useCgroups) => {
    const cgroups = useCgroups ? Cgroups.open(temporaryFolder()) : null;
    // The work is done by a child that has ended; a helper of a session of its own goes on.
    const work = 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done';
    const held = hold({
      argv: shell(`setsid sh -c 'exec sleep 60' & sh -c '${work}'; echo worked; wait`),
      ...(cgroups === null ? {} : { cgroups }),
    });
    const idle = hold({ argv: shell('echo ready; exec sleep 60') });
    held.run.release();
    idle.run.release();
    await Promise.all([held.said('worked'), idle.said('ready')]);
    const own = createPosixTrees(cgroups);
    const usage = await waitFor('two processes and one', async () => {
      const found = await own.usageOf([held.mark, idle.mark]);
      const [busy, other] = [found.get(held.mark.nonce), found.get(idle.mark.nonce)];
      return busy?.processes === 2 && other?.processes === 1 ? { busy, other } : null;
    });
    expect(usage.busy.cpuSeconds).toBeGreaterThan(0.1);
    expect(usage.other.cpuSeconds).toBeLessThan(0.1);
    expect(usage.other.memoryMb).toBeGreaterThan(0.1);
    expect(usage.busy.memoryMb).toBeLessThan(50);
    await own.endMembers(held.mark);
    own.forget(held.mark);
    cgroups?.close();
  });
});

test('a process table as `ps` prints it on macOS is read: no zombies, times with blanks', () => {
  const table = parsePs(`
    1     0     1 Ss   Wed Nov 25 10:00:00 2026
  501     1   501 S+   Wed Nov 25 10:00:01 2026
  502   501   501 Z    Wed Nov 25 10:00:02 2026
 `);
  expect([...table]).toEqual([
    [1, { parent: 0, group: 1, session: 1, state: 'Ss', startTime: 'Wed Nov 25 10:00:00 2026' }],
    [501, { parent: 1, group: 501, session: 501, state: 'S+', startTime: 'Wed Nov 25 10:00:01 2026' }],
  ]);
});
