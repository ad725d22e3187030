/** What belongs to an agent is ended with it, however it left its parent: with cgroups, and as on a system without. */
import { writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Cgroups } from '../../../main/coordinator/process/posix/cgroups.ts';
import { createPosixOwnership } from '../../../main/coordinator/process/posix/ownership.ts';
import type { Ownership } from '../../../main/coordinator/process/ownership.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { isAlive } from '../../rig/coordinator.ts';
import { OwnHost } from '../../rig/own-host.ts';
import { valueOf } from '../../rig/result.ts';
import { waitFor } from '../../rig/wait-for.ts';

const probe = process.platform === 'linux' ? Cgroups.open('a probe of the trees') : null;
probe?.close();

const ways = [
  { way: 'by session and marker', useCgroups: false },
  { way: 'by cgroup', useCgroups: true },
];

describe.skipIf(process.platform !== 'linux').each(ways)('owned $way', ({ useCgroups }) => {
  const isMissing = useCgroups && probe === null;

  async function start(limits: Record<string, number> = {}): Promise<OwnHost> {
    const host = await OwnHost.start((options) => createPosixOwnership({ ...options, useCgroups }), { limits });
    onTestFinished(() => host.dispose());
    return host;
  }
  const pidsIn = (log: string): number[] => [...log.matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
  const stop = async (host: OwnHost, agent: AgentRecord): Promise<AgentRecord | undefined> =>
    valueOf(await host.client.stop(agent.agent_id, 'enough')).stopped[0];

  test.skipIf(isMissing)(
    'case 07: what an agent leaves behind with a double fork is ended with it, and the record says how many',
    async () => {
      const host = await start();
      const agent = await host.deploy(
        `( (sleep 300 & echo "pid $!") & )\nwhile [ ! -e go ]; do sleep 0.02; done\nexit 0`,
      );
      const [helper = 0] = pidsIn(await host.said(agent.agent_id, 'pid '));
      expect(isAlive(helper)).toBe(true);
      writeFileSync(host.path('go'), '');
      const record = await host.ended(agent.agent_id);
      expect(record).toMatchObject({ status: 'completed', exit_code: 0, reaped: 1, survivors: [] });
      expect(isAlive(helper)).toBe(false);
      expect(host.processes()).toEqual([]);
    },
  );

  test.skipIf(isMissing)('case 07: an agent that leaves nothing behind says so', async () => {
    const host = await start();
    const agent = await host.deploy('sleep 0.1 & wait');
    expect(await host.ended(agent.agent_id)).toMatchObject({ status: 'completed', reaped: 0 });
  });

  test.skipIf(isMissing)(
    'case 07: a wrapper that exits first does not take what it started out of our hands',
    async () => {
      const host = await start();
      const agent = await host.deploy(`
      setsid sh -c 'trap : TERM HUP; echo "pid $$"; while :; do sleep 0.05; done' &
      while [ ! -e go ]; do sleep 0.02; done
      exit 3`);
      const pids = pidsIn(await host.said(agent.agent_id, 'pid '));
      writeFileSync(host.path('go'), '');
      expect(await host.ended(agent.agent_id)).toMatchObject({ status: 'failed', exit_code: 3, survivors: [] });
      expect(pids.filter(isAlive)).toEqual([]);
      expect(host.processes()).toEqual([]);
    },
  );

  test.skipIf(isMissing)('case 08: stopping reaches children of other sessions', async () => {
    const host = await start({ grace_seconds: 1 });
    const agent = await host.deploy(`
      setsid sleep 300 & echo "pid $!"
      (setsid sleep 301 & echo "pid $!") &
      echo "pid $$"; sleep 302`);
    await waitFor('three pids', () => pidsIn(host.log(agent.agent_id)).length === 3);
    const pids = pidsIn(host.log(agent.agent_id));
    expect(pids.filter(isAlive)).toEqual(pids);
    const began = performance.now();
    const record = await stop(host, agent);
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(record).toMatchObject({ status: 'stopped', stop_steps: ['SIGTERM'], survivors: [] });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(host.processes()).toEqual([]);
  });

  test.skipIf(isMissing)(
    'case 09: who ignores SIGTERM gets it exactly once, and SIGKILL after the grace and not before',
    async () => {
      const host = await start({ grace_seconds: 1 });
      const agent = await host.deploy(`trap 'echo asked' TERM; echo ready; while :; do sleep 0.02; done`);
      await host.said(agent.agent_id, 'ready');
      const began = performance.now();
      const record = await stop(host, agent);
      const took = performance.now() - began;
      expect(record).toMatchObject({
        status: 'stopped',
        stop_steps: ['SIGTERM', 'SIGKILL'],
        signal: 'SIGKILL',
        survivors: [],
      });
      expect(host.log(agent.agent_id).match(/asked/g)).toHaveLength(1);
      expect(took).toBeGreaterThan(1000);
      expect(took).toBeLessThan(5000); // 1.3 s on a quiet machine.
      expect(host.processes()).toEqual([]);
    },
  );

  test.skipIf(isMissing)(
    'case 10: a fork storm is ended at the first look that sees it, and nobody else notices',
    async () => {
      const limit = 64;
      /** Processes that each look saw which was over the limit, and how many such looks there had been when it was ended. */
      const looks: number[] = [];
      const looksBeforeEnd: number[] = [];
      const host = await OwnHost.start(
        (options) => {
          const own = createPosixOwnership({ ...options, useCgroups });
          const usageOf: Ownership['usageOf'] = async (runs) => {
            const usages = await own.usageOf(runs);
            const processes = [...usages.values()].map((usage) => usage.processes ?? 0);
            looks.push(...processes.filter((count) => count > limit));
            return usages;
          };
          const endMembers: Ownership['endMembers'] = (run) => {
            looksBeforeEnd.push(looks.length);
            return own.endMembers(run);
          };
          return { ...own, usageOf, endMembers };
        },
        { limits: { max_processes: limit, grace_seconds: 30 } },
      );
      onTestFinished(() => host.dispose());
      const other = await host.deploy('while [ ! -e go ]; do sleep 0.05; done; exit 4');
      const agent = await host.deploy(`trap : TERM
      i=0; while [ $i -lt 500 ]; do sleep 60 & i=$((i+1)); done; echo forked; wait`);
      const record = await host.ended(agent.agent_id);
      expect(record).toMatchObject({ status: 'failed', stop_steps: ['SIGKILL'], survivors: [] });
      const [, seen] =
        /^process_limit: (\d+) processes, the limit is 64 \(limits\.max_processes\), ended by SIGKILL$/.exec(
          record.status_reason,
        ) ?? [record.status_reason];
      // How soon that is in time, and how late the event loop is meanwhile, is judged by the soak scenario "delays".
      expect(Number(seen), record.status_reason).toBe(looks[0]);
      expect(looksBeforeEnd[0]).toBe(1);
      expect((await host.get(other.agent_id)).status).toBe('running');
      writeFileSync(host.path('go'), '');
      expect(await host.ended(other.agent_id)).toMatchObject({ status: 'failed', exit_code: 4 });
      expect(host.processes()).toEqual([]);
    },
  );

  test.skipIf(isMissing)('case 10: an agent with just as many as allowed goes on', async () => {
    const host = await start({ max_processes: 20 });
    const agent = await host.deploy(`i=0; while [ $i -lt 18 ]; do sleep 60 & i=$((i+1)); done
      sleep 3; kill $(jobs -p); exit 0`);
    expect(await host.ended(agent.agent_id)).toMatchObject({ status: 'completed', exit_code: 0 });
  });
});
