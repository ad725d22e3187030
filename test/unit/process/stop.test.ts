import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Identity } from '../../../protocol/agent.ts';
import type { Cgroups } from '../../../main/coordinator/process/posix/cgroups.ts';
import { endMembers } from '../../../main/coordinator/process/posix/ending.ts';
import { checkIdentity, identityOf, isAlive } from '../../../main/coordinator/process/posix/identity.ts';
import type { IdentityCheck } from '../../../main/coordinator/process/ownership.ts';
import { LeftoverSweep } from '../../../main/coordinator/process/leftovers.ts';
import { SharedLook } from '../../../main/coordinator/process/shared-look.ts';
import { stopTree } from '../../../main/coordinator/process/stop.ts';
import { until, within } from '../../../main/coordinator/process/wait.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { type Held, hold, shell, trees } from './held-run.ts';

const never = new Promise<never>(() => undefined);
const term = (waitSeconds: number) => [{ signal: 'SIGTERM', waitSeconds }] as const;
const strangers = { agentId: 'agent', attempt: 1, nonce: 'none' };
const members = (held: Held): number[] => trees.membersOf([held.mark]).get(held.mark.nonce) ?? [];
const { signal: letGo } = new AbortController();
const stop = ({ run, mark }: Held, steps: Parameters<typeof stopTree>[1]) =>
  stopTree({ trees, run: mark, gone: run.gone, letGo }, steps);
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

/** The number that the run's log says after the word. */
async function pidSaid(held: Held, word: string): Promise<number> {
  const text = await held.said(`${word} `);
  return Number(new RegExp(`${word} (\\d+)`).exec(text)?.[1]);
}

describe.skipIf(process.platform !== 'linux')('the members of a run', () => {
  test('are its children, those in a session of their own and those whose parents are gone', async () => {
    const held = hold({
      argv: shell(`
        sleep 60 & echo "child $!"
        setsid sleep 61 & echo started
        (sleep 62 & echo "orphan $!") &
        (setsid sh -c 'sleep 63 & echo "detached $!"' &) &
        wait`),
    });
    held.run.release();
    const said = await Promise.all(['child', 'orphan', 'detached'].map((word) => pidSaid(held, word)));
    const found = await waitFor('the setsid child', () => {
      const all = members(held);
      return all.length >= 5 && said.every((pid) => all.includes(pid)) ? all : null;
    });
    expect(found).not.toContain(held.run.identity.pid);
    expect(found).not.toContain(process.pid);
  });

  test('of two runs are told apart in one pass', async () => {
    const [one, other] = [hold({ argv: ['sleep', '60'] }), hold({ argv: ['sleep', '61'] })];
    one.run.release();
    other.run.release();
    await waitFor('both sleep', () => members(one).length === 1 && members(other).length === 1);
    const found = trees.membersOf([one.mark, other.mark]);
    expect(found.get(one.mark.nonce)).toEqual(members(one));
    expect(found.get(other.mark.nonce)).toEqual(members(other));
  });

  test('are never the session of a stranger that has the pid of a run now gone (case 4)', async () => {
    const stranger = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { pid = 0 } = stranger;
    onTestFinished(() => void process.kill(-pid, 'SIGKILL'));
    const [text] = (await once(stranger.stdout, 'data')) as [Buffer];
    const child = Number(text.toString());
    const real = identityOf(pid);
    for (const leader of [
      { ...real, start_time: '1' },
      { ...real, boot_id: 'another' },
    ]) {
      expect(trees.membersOf([{ ...strangers, leader }]).get('none')).toEqual([]);
      expect(await new LeftoverSweep(trees, new SharedLook(trees)).sweep({ ...strangers, leader })).toEqual({
        reaped: 0,
        survivors: [],
      });
      await stopTree({ trees, run: { ...strangers, leader }, gone: Promise.resolve(), letGo }, term(0.1));
    }
    expect([isAlive(pid), isAlive(child)]).toEqual([true, true]);
  });
});

describe.skipIf(process.platform !== 'linux')('stopping a tree', () => {
  test('asks politely, and that is all when it is enough', async () => {
    const held = hold({ argv: shell('trap "exit 0" TERM; echo ready; while :; do sleep 0.02; done') });
    held.run.release();
    await held.said('ready');
    expect(await stop(held, term(10))).toEqual({ steps: ['SIGTERM'], survivors: [] });
    expect(held.exit()).toMatchObject({ code: 0 });
  });

  test('forces what ignores every polite step, after its time and not before (case 9)', async () => {
    const held = hold({
      argv: shell('trap "echo int" INT; trap "echo term" TERM; echo ready; while :; do sleep 0.02; done'),
    });
    held.run.release();
    await held.said('ready');
    const began = performance.now();
    const outcome = await stop(held, [{ signal: 'SIGINT', waitSeconds: 0.2 }, ...term(0.3)]);
    const took = performance.now() - began;
    expect(outcome).toEqual({ steps: ['SIGINT', 'SIGTERM', 'SIGKILL'], survivors: [] });
    expect(took).toBeGreaterThan(500);
    expect(took).toBeLessThan(3000);
    expect(held.log().match(/term/g)).toHaveLength(1);
    // The gate was left to see it: the record says how the program ended.
    expect(held.exit()).toMatchObject({ signal: 'SIGKILL' });
    expect(members(held)).toEqual([]);
  });

  test('reaches those that left the session (case 8)', async () => {
    const held = hold({
      argv: shell('setsid sh -c "trap : TERM; echo detached \\$\\$; while :; do sleep 0.02; done" & sleep 60'),
    });
    held.run.release();
    const detached = await pidSaid(held, 'detached');
    const outcome = await stop(held, term(0.2));
    const left = await new LeftoverSweep(trees, new SharedLook(trees)).sweep(held.mark);
    expect([...outcome.survivors, ...left.survivors]).toEqual([]);
    expect(isAlive(detached)).toBe(false);
    expect(checkIdentity(held.run.identity)).toBe('gone');
  });

  test('case 06: signals nobody while the identity is unknown, asks again every second, and carries on once it is known', async () => {
    const held = hold({ argv: shell('trap "echo asked; exit 0" TERM; echo ready; while :; do sleep 0.02; done') });
    held.run.release();
    await held.said('ready');
    const asked: number[] = [];
    const blind = (identity: Identity): IdentityCheck => {
      asked.push(performance.now());
      return asked.length > 3 ? trees.check(identity) : 'unknown';
    };
    const outcome = stopTree(
      { trees: { ...trees, check: blind }, run: held.mark, gone: held.run.gone, letGo },
      term(5),
    );
    await waitFor('it was asked three times', () => asked.length >= 3);
    expect(held.log()).not.toContain('asked');
    expect(isAlive(held.run.identity.pid)).toBe(true);
    expect(await outcome).toEqual({ steps: ['SIGTERM'], survivors: [] });
    const apart = asked.slice(1, 4).map((at, index) => at - (asked[index] ?? 0));
    for (const ms of apart) expect(ms).toBeGreaterThan(990);
  });

  test.each([
    ['while nothing tells who it is', { is: 'unknown', polite: term(60), steps: [] }],
    ['while it is asked', { is: 'match', polite: term(60), steps: ['SIGTERM'] }],
    ['while its launcher may write how it ended', { is: 'match', polite: [], steps: ['SIGKILL'] }],
  ] as const)(
    'let go of %s, settles at once with the steps so far, takes no other and leaves no timer',
    async (_, { is, polite, steps }) => {
      const taken: string[] = [];
      const watched = {
        ...trees,
        check: () => is,
        ask: (_run: unknown, signal: string) => taken.push(signal) > 0,
        endMembers: () => {
          taken.push('SIGKILL');
          return Promise.resolve([]);
        },
        endLeader: () => void taken.push('leader'),
      };
      const closing = new AbortController();
      const leader = identityOf(process.pid);
      const before = timers();
      const outcome = stopTree(
        { trees: watched, run: { ...strangers, leader }, gone: never, letGo: closing.signal },
        polite,
      );
      await new Promise(setImmediate); // It waits by now.
      expect([taken, timers() - before]).toEqual([steps, 1]);
      closing.abort();
      expect(await outcome).toEqual({ steps, survivors: [] });
      expect([taken, timers() - before]).toEqual([steps, 0]);
    },
  );

  test('looks again after it has killed: what was started meanwhile is ended, too', async () => {
    const sleepers = [1, 2, 3].map(() => spawn('/bin/sleep', ['60'], { stdio: 'ignore', detached: true }));
    onTestFinished(() => sleepers.forEach((one) => one.kill('SIGKILL')));
    const pids = sleepers.flatMap(({ pid }) => pid ?? []);
    // Each look finds one more, as a member that forks between a look and its own end would make it.
    const looks = { count: 0 };
    const members = (): number[] => pids.slice(0, (looks.count += 1));
    const growing = { members, kill: () => false } as unknown as Cgroups;
    const gone = { pid: 2 ** 22 - 1, start_time: '1', boot_id: null };
    expect(await endMembers({ ...strangers, leader: gone }, growing)).toEqual([]);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  test('ends a gate that is stopped (SIGSTOP) as well', async () => {
    const held = hold({ argv: shell('echo ready; sleep 60') });
    held.run.release();
    await held.said('ready');
    process.kill(held.run.identity.pid, 'SIGSTOP');
    const outcome = await stop(held, term(0.1));
    expect(outcome).toEqual({ steps: ['SIGTERM', 'SIGKILL'], survivors: [] });
    expect((await held.run.gone).signal).toBe('SIGKILL');
  });
});

test('what an agent left behind is ended with it, for many agents in one sweep (case 7)', async () => {
  const runs = [1, 2, 3].map(() => hold({ argv: shell('(setsid sleep 60 &) ; (sleep 61 &) ; exit 0') }));
  for (const { run } of runs) run.release();
  await Promise.all(runs.map(({ run }) => run.gone));
  await waitFor('two are left of each', () => runs.every((held) => members(held).length === 2));
  const sweep = new LeftoverSweep(trees, new SharedLook(trees));
  expect(await Promise.all(runs.map((held) => sweep.sweep(held.mark)))).toEqual(
    Array(3).fill({ reaped: 2, survivors: [] }),
  );
  expect(runs.flatMap(members)).toEqual([]);
});

describe('waiting', () => {
  test('says whether it happened in time, and leaves no timer', async () => {
    expect(await within(Promise.resolve(), 10_000)).toBe(true);
    expect(await within(never, 20)).toBe(false);
    await expect(within(Promise.reject(new Error('it failed')), 10_000)).rejects.toThrow('it failed');
    const before = timers();
    await within(Promise.resolve(), 10_000);
    expect(timers()).toBe(before);
  });

  test('ends early when that is enough, also where it was before', async () => {
    const enough = new AbortController();
    const waiting = within(never, 60_000, enough.signal);
    enough.abort();
    expect(await waiting).toBe(false);
    expect(await within(never, 60_000, enough.signal)).toBe(false);
  });

  test('asks until the answer is yes, or the time is up', async () => {
    let asked = 0;
    expect(await until(() => ++asked === 3, 1, 1000)).toBe(true);
    expect(asked).toBe(3);
    expect(await until(() => false, 1, 20)).toBe(false);
  });
});
