/** Frozen means that nothing of a tree runs: every part of it counts in a file, and none of the files grows while another's does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Cgroups } from '../../../main/coordinator/process/posix/cgroups.ts';
import { createPosixTrees } from '../../../main/coordinator/process/posix/ownership.ts';
import { processTable } from '../../../main/coordinator/process/posix/process-table.ts';
import { TreeLook } from '../../../main/coordinator/process/posix/tree-look.ts';
import { stopTree } from '../../../main/coordinator/process/stop.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { type Held, hold, shell } from './held-run.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

vi.mock('../../../main/coordinator/process/posix/process-table.ts', { spy: true });

const counting = (name: string): string => `while :; do echo x >> ${name}; sleep 0.01; done`;
/** The agent, a child of it, and a helper that left the session. */
const threeCounters = `(${counting('child')}) & setsid sh -c '${counting('helper')}' & echo begun; ${counting('agent')}`;
const names = ['agent', 'child', 'helper'] as const;

const sizeOf = ({ folder }: Held, name: string): number => {
  const path = join(folder, name);
  return existsSync(path) ? readFileSync(path).length : 0;
};
const sizes = (held: Held): number[] => names.map((name) => sizeOf(held, name));

/** Settles when somebody who is not frozen has counted on: as long as anybody would need to be seen counting. */
async function whileAnotherCounts(): Promise<void> {
  const other = hold({ argv: shell(counting('other')) });
  other.run.release();
  await waitFor('another counts', () => sizeOf(other, 'other') > 60);
}

const probe = Cgroups.open('a probe of the tests of freezing');
probe?.close();
const ways: [string, boolean][] = [
  ['signals', false],
  ['a cgroup', true],
];

describe.each(ways.filter(([, useCgroup]) => !useCgroup || probe !== null))(
  'a tree that is frozen by %s',
  (_, useCgroup) => {
    function start(script = threeCounters): { held: Held; trees: ReturnType<typeof createPosixTrees> } {
      const cgroups = useCgroup ? Cgroups.open(temporaryFolder()) : null;
      const held = hold({ argv: shell(script), ...(cgroups === null ? {} : { cgroups }) });
      onTestFinished(async () => {
        if (cgroups === null) return;
        cgroups.kill(held.mark);
        await waitFor('the cgroup is empty', () => cgroups.members(held.mark).length === 0);
        cgroups.remove(held.mark);
        cgroups.close();
      });
      held.run.release();
      return { held, trees: createPosixTrees(cgroups) };
    }
    const allCount = (held: Held): Promise<true> =>
      waitFor('all three count', () => sizes(held).every((size) => size > 0), { seen: () => sizes(held) });

    test('stands still as a whole, and goes on as a whole', async () => {
      const { held, trees } = start();
      await allCount(held);
      expect(await trees.freeze(held.mark)).toEqual([]);
      const frozen = sizes(held);
      await whileAnotherCounts();
      expect(sizes(held)).toEqual(frozen);
      expect(await trees.freeze(held.mark)).toEqual([]); // Twice is as good as once.
      expect(await trees.thaw(held.mark)).toEqual([]);
      expect(await trees.thaw(held.mark)).toEqual([]);
      await waitFor('all three count on', () => sizes(held).every((size, index) => size > (frozen[index] ?? 0)));
    });

    test('that was let go this moment does not begin', async () => {
      const { held, trees } = start();
      expect(await trees.freeze(held.mark)).toEqual([]);
      const frozen = sizes(held);
      await whileAnotherCounts();
      expect(sizes(held)).toEqual(frozen);
      await trees.thaw(held.mark);
      await allCount(held);
    });

    test('is ended by force, and its launcher writes down how', async () => {
      const { held, trees } = start();
      await allCount(held);
      await trees.freeze(held.mark);
      expect(await trees.endMembers(held.mark)).toEqual([]);
      await held.run.gone;
      expect(held.exit()).toMatchObject({ code: 137, signal: 'SIGKILL' });
    });

    test('hears a signal when it is thawed, and nothing before that', async () => {
      const { held, trees } = start(`trap 'echo asked >> heard; exit 7' TERM; echo begun; ${counting('agent')}`);
      await waitFor('it counts', () => sizeOf(held, 'agent') > 0);
      await trees.freeze(held.mark);
      const waking = {
        ...trees,
        ask: (...asked: Parameters<typeof trees.ask>) => {
          const isAsked = trees.ask(...asked);
          void trees.thaw(held.mark);
          return isAsked;
        },
      };
      const stop = { trees: waking, run: held.mark, gone: held.run.gone, letGo: new AbortController().signal };
      const outcome = await stopTree(stop, [{ signal: 'SIGTERM', waitSeconds: 10 }]);
      expect(outcome).toEqual({ steps: ['SIGTERM'], survivors: [] });
      expect(held.exit()).toMatchObject({ code: 7 });
    });

    test('takes in a storm of forks', async () => {
      const storm = `n=0; while [ $n -lt 40 ]; do n=$((n+1)); (${counting('child')}) & done; echo begun; ${counting('agent')}`;
      const { held, trees } = start(storm);
      await waitFor('it forks', () => sizeOf(held, 'child') > 0);
      expect(await trees.freeze(held.mark)).toEqual([]);
      const frozen = sizes(held);
      await whileAnotherCounts();
      expect(sizes(held)).toEqual(frozen);
    });

    test('is not touched where its launcher may be a stranger', async () => {
      const { held, trees } = start();
      await allCount(held);
      const unknown = { ...held.mark, leader: { ...held.mark.leader, start_time: null } };
      expect(await trees.freeze(unknown)).toEqual([held.mark.leader.pid]);
      const before = sizes(held);
      await waitFor('it counts on', () => sizes(held).every((size, index) => size > (before[index] ?? 0)));
    });
  },
);

test('many that are frozen or thawed together share each look at the process table', async () => {
  const runs = Array.from({ length: 6 }, () => hold({ argv: shell(counting('agent')) }));
  for (const { run } of runs) run.release();
  await waitFor('all count', () => runs.every((held) => sizeOf(held, 'agent') > 0));
  const trees = createPosixTrees(null);
  const asks = vi.spyOn(TreeLook.prototype, 'of');
  onTestFinished(() => asks.mockRestore());
  for (const how of ['freeze', 'thaw'] as const) {
    asks.mockClear();
    vi.mocked(processTable).mockClear();
    const left = await Promise.all(runs.map(({ mark }) => trees[how](mark)));
    const looks = vi.mocked(processTable).mock.calls.length;
    expect(left.flat()).toEqual([]);
    const ofEach = runs.map(({ mark }) => asks.mock.calls.filter(([{ nonce }]) => nonce === mark.nonce).length);
    expect(Math.min(...ofEach)).toBeGreaterThan(0);
    expect(looks).toBe(Math.max(...ofEach));
  }
});
