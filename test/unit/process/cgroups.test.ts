import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cgroups, ownCgroup } from '../../../main/coordinator/process/posix/cgroups.ts';
import { isAlive } from '../../../main/coordinator/process/posix/identity.ts';
import { createPosixTrees } from '../../../main/coordinator/process/posix/ownership.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { type Held, hold, shell, trees as withoutCgroups } from './held-run.ts';

const v1 = '36 31 0:33 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory';

describe('the cgroup of this process', () => {
  test.each([
    [
      'one hierarchy',
      '31 23 0:28 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw',
      '0::/a.slice\n',
      '/sys/fs/cgroup/a.slice',
    ],
    [
      'beside version 1',
      `${v1}\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw`,
      '4:memory:/m\n0::/\n',
      '/sys/fs/cgroup/unified',
    ],
    ['a mounted part', '31 23 0:28 /box /cg rw - cgroup2 none rw', '0::/box/in\n', '/cg/in'],
    ['a mounted part that is ours', '31 23 0:28 /box /cg rw - cgroup2 none rw', '0::/box\n', '/cg'],
    ['a name with a blank', '31 23 0:28 / /my\\040cg rw - cgroup2 none rw', '0::/\n', '/my cg'],
    ['a part that is not ours', '31 23 0:28 /box /cg rw - cgroup2 none rw', '0::/boxer\n', null],
    ['outside of our namespace', '31 23 0:28 / /cg rw - cgroup2 none rw', '0::/../x\n', null],
    ['version 1 alone', v1, '4:memory:/\n', null],
    ['nothing to read', '', '', null],
  ])('with %s', (_, mountinfo, cgroup, expected) => {
    expect(ownCgroup(mountinfo, cgroup)).toBe(expected);
  });
});

/** The cgroups of a root of the test's own; null where this machine lets us have none. */
function cgroupsOf(root: string): Cgroups | null {
  const cgroups = Cgroups.open(root);
  if (cgroups !== null) onTestFinished(() => cgroups.close());
  return cgroups;
}

const probe = Cgroups.open('a probe of the tests');
probe?.close();
const here = ownCgroup(readFileSync('/proc/self/mountinfo', 'utf8'), readFileSync('/proc/self/cgroup', 'utf8'));

describe.skipIf(probe === null)('a run with a cgroup (skipped: no writable cgroup v2 here)', () => {
  const start = (script: string): { held: Held; cgroups: Cgroups } => {
    const root = temporaryFolder();
    const cgroups = cgroupsOf(root);
    if (cgroups === null) throw new Error('there were cgroups a moment ago');
    const held = hold({ argv: shell(script), cgroups });
    onTestFinished(async () => {
      cgroups.kill(held.mark);
      await waitFor('the cgroup is empty', () => cgroups.members(held.mark).length === 0);
      cgroups.remove(held.mark);
    });
    held.run.release();
    return { held, cgroups };
  };
  /** Leaves the session, forgets the marker and its parents. */
  const escape = `env -i setsid sh -c 'sleep 60 & echo "escaped $!"; exit' &`;

  test('has the agent and all it starts in it, and not the gate', async () => {
    const { held, cgroups } = start(`cat /proc/self/cgroup; (sleep 60 &); echo "agent $$"; sleep 60`);
    const text = await held.said('agent ');
    const agent = Number(/agent (\d+)/.exec(text)?.[1]);
    expect(text).toContain(`/${held.mark.agentId}-1\n`);
    const members = await waitFor('three members', () => {
      const found = cgroups.members(held.mark);
      return found.length === 3 ? found : null;
    });
    expect(members).toContain(agent);
    expect(members).not.toContain(held.run.identity.pid);
    expect(
      createPosixTrees(cgroups)
        .membersOf([held.mark])
        .get(held.mark.nonce)
        ?.toSorted((a, b) => a - b),
    ).toEqual(members.toSorted((a, b) => a - b));
  });

  test('owns what cleared its environment and left its session, which nothing else finds', async () => {
    const { held, cgroups } = start(`${escape} wait; exit 0`);
    const pid = Number(/escaped (\d+)/.exec(await held.said('escaped '))?.[1]);
    await held.run.gone;
    await waitFor('it is alone', () => cgroups.members(held.mark).length === 1);
    expect(withoutCgroups.membersOf([held.mark]).get(held.mark.nonce)).toEqual([]);
    const trees = createPosixTrees(cgroups);
    expect(trees.membersOf([held.mark]).get(held.mark.nonce)).toEqual([pid]);
    expect(await trees.endMembers(held.mark)).toEqual([]);
    expect(isAlive(pid)).toBe(false);
  });

  test('is ended whole by one word, and the gate records how', async () => {
    const { held, cgroups } = start(`trap : TERM; ${escape} echo ready; while :; do sleep 0.02; done`);
    await held.said('ready');
    expect(cgroups.kill(held.mark)).toBe(true);
    await held.run.gone;
    expect(held.exit()).toMatchObject({ code: 137, signal: 'SIGKILL' });
    await waitFor('nobody is in it', () => cgroups.members(held.mark).length === 0);
  });

  test.each([
    ['ends with 42', shell('exit 42'), 42],
    ['is not there', ['/no/such/program'] as const, 127],
    ['may not be executed', ['/etc/passwd'] as const, 126],
    ['is terminated', shell('kill -TERM $$'), 143],
  ])('records how a program that %s ended', async (_, argv, code) => {
    const cgroups = cgroupsOf(temporaryFolder()) ?? undefined;
    const held = hold({ argv, ...(cgroups === undefined ? {} : { cgroups }) });
    held.run.release();
    await held.run.gone;
    expect(held.exit()).toMatchObject({ code });
    cgroups?.remove(held.mark);
  });

  test('gives no signal to the agent ignored', async () => {
    const { held } = start('grep SigIgn /proc/self/status');
    await held.run.gone;
    expect(held.log()).toBe('SigIgn:\t0000000000000000\n');
  });

  test('counts the processor time of those that have ended', async () => {
    const { held, cgroups } = start(`sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; echo done; sleep 60`);
    await held.said('done');
    const usage = await createPosixTrees(cgroups).usageOf([held.mark]);
    expect(usage.get(held.mark.nonce)?.cpuSeconds).toBeGreaterThan(0.05);
    expect(cgroups.usage(held.mark).cpuSeconds).toBe(usage.get(held.mark.nonce)?.cpuSeconds);
  });

  test('leaves none when it is over, also where the agent made some below its own', async () => {
    const { held, cgroups } = start(
      `mkdir "$(sed -n 's/^0:://p' /proc/self/cgroup | sed 's#^#${here ?? ''}#')/nested"; exit 0`,
    );
    await held.run.gone;
    expect(held.log()).toBe('');
    const path = cgroups.make(held.mark) ?? '';
    expect(existsSync(join(path, 'nested'))).toBe(true);
    cgroups.remove(held.mark);
    expect(existsSync(path)).toBe(false);
  });

  test('is removed at the next start when its coordinator could not, and one in use stays', async () => {
    const root = temporaryFolder();
    const cgroups = cgroupsOf(root);
    const empty = cgroups?.make({ agentId: 'over', attempt: 1, nonce: 'x' }) ?? '';
    const held = hold({ argv: shell('echo ready; sleep 60'), ...(cgroups === null ? {} : { cgroups }) });
    held.run.release();
    await held.said('ready');
    const next = cgroupsOf(root);
    expect(existsSync(empty)).toBe(false);
    expect(next?.members(held.mark)).not.toEqual([]);
    next?.kill(held.mark);
    await held.run.gone;
    next?.remove(held.mark);
    next?.close();
  });
});

describe('without a cgroup to enter', () => {
  test('the agent runs all the same, and its log says nothing of it', async () => {
    const folder = join(temporaryFolder(), 'own');
    mkdirSync(folder);
    writeFileSync(join(folder, 'cgroup.procs'), '');
    const cgroups = Cgroups.below(folder, 'root');
    expect(cgroups).not.toBeNull();
    // `cgroup.procs` of the run is a folder here: the write fails as it does where it is not allowed.
    const held = hold({
      argv: shell('echo it runs; exit 5'),
      ...(cgroups === null ? {} : { cgroups }),
      change: (order) => {
        mkdirSync(join(cgroups?.make(order.run) ?? '', 'cgroup.procs'));
        return order;
      },
    });
    held.run.release();
    await held.run.gone;
    expect(held.log()).toBe('it runs\n');
    expect(held.exit()).toMatchObject({ code: 5 });
  });

  test('there are none where nobody may write, or where there is no such folder', () => {
    expect(Cgroups.below('/proc/self', 'root')).toBeNull();
    expect(Cgroups.below('/no/such/folder', 'root')).toBeNull();
  });

  test('a kernel that has no kill for them is told apart, and members are named for signals', () => {
    const folder = mkdtempSync(join(temporaryFolder(), 'own-'));
    writeFileSync(join(folder, 'cgroup.procs'), '');
    const cgroups = Cgroups.below(folder, 'root');
    const run = { agentId: 'a', attempt: 2, nonce: 'n' };
    const path = cgroups?.make(run) ?? '';
    writeFileSync(join(path, 'cgroup.procs'), '12\n13\n');
    mkdirSync(join(path, 'below'));
    writeFileSync(join(path, 'below', 'cgroup.procs'), '14\n');
    expect(cgroups?.kill(run)).toBe(false);
    expect(cgroups?.members(run)).toEqual([12, 13, 14]);
  });

  test('figures are those the folder has: memory only with its controller, without what can be dropped', () => {
    const folder = mkdtempSync(join(temporaryFolder(), 'own-'));
    writeFileSync(join(folder, 'cgroup.procs'), '');
    const cgroups = Cgroups.below(folder, 'root');
    const run = { agentId: 'a', attempt: 1, nonce: 'n' };
    const path = cgroups?.make(run) ?? '';
    expect(cgroups?.usage(run)).toEqual({ cpuSeconds: null, memoryBytes: null });
    writeFileSync(join(path, 'cpu.stat'), 'usage_usec 1500000\nuser_usec 1\nsystem_usec 2\n');
    expect(cgroups?.usage(run)).toEqual({ cpuSeconds: 1.5, memoryBytes: null });
    writeFileSync(join(path, '..', 'cgroup.subtree_control'), 'cpu memory\n');
    writeFileSync(join(path, 'memory.current'), '5000\n');
    writeFileSync(join(path, 'memory.stat'), 'anon 3000\ninactive_file 2000\n');
    expect(Cgroups.below(folder, 'root')?.usage(run)).toEqual({ cpuSeconds: 1.5, memoryBytes: 3000 });
  });
});
