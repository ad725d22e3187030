/** Starting and stopping an agent again and again leaves everything as it was: descriptors, processes, files, memory. */
import { expect, onTestFinished, test } from 'vitest';
import { childrenOf, commandLineOf, descriptorsOf, residentKiB, threadsOf, zombiesOf } from '../rig/proc.ts';
import { waitFor } from '../rig/wait-for.ts';
import { requestsNamed, sleeperRuntime, startAgents } from './rig/sleepers.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';

const cycles = amount({ ci: 100, full: 1000 });
/** What grows once (code that is compiled, pools that fill) has grown after these. */
const warmUpCycles = 60;
const atOnce = 10;
const descriptorSlack = 2;
/** Every finished agent stays in memory with its record, so memory does grow; a leak of buffers or timers is far more. */
const residentKiBPerCycle = 40;
const residentKiBSlack = 60 * 1024;

interface Measured {
  readonly coordinatorDescriptors: number;
  readonly nurseryDescriptors: number;
  readonly threads: number;
  readonly gates: number;
  readonly residentKiB: number;
}

test.skipIf(process.platform !== 'linux')('a thousand starts and stops leave everything as before', async () => {
  const root = new SoakRoot({
    default_runtime: 'sleeper',
    runtimes: { sleeper: sleeperRuntime },
    limits: { max_starting: atOnce, min_free_memory_mb: 0 },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  const life = await root.start();
  await cycle(root, 'warm-up', warmUpCycles);
  const before = await measure(root);
  await cycle(root, 'cycle', cycles);
  const after = await measure(root);

  const seen = `${repeatWith('cycles')}\nbefore ${JSON.stringify(before)}\nafter ${JSON.stringify(after)}`;
  for (const what of ['coordinatorDescriptors', 'nurseryDescriptors', 'threads', 'gates'] as const) {
    expect(Math.abs(after[what] - before[what]), `${what}: ${seen}`).toBeLessThanOrEqual(descriptorSlack);
  }
  expect(root.agentProcesses(), seen).toEqual([]);
  expect(root.filesNamed(/\.tmp$/), seen).toEqual([]);
  const grownKiB = after.residentKiB - before.residentKiB;
  expect(grownKiB, seen).toBeLessThan(residentKiBSlack + cycles * residentKiBPerCycle);
  life.child.kill('SIGTERM');
  expect(await life.exited).toBe(0);
  figures('cycles', {
    cycles,
    'descriptors before': before.coordinatorDescriptors,
    'descriptors after': after.coordinatorDescriptors,
    'zombies, processes and files left over': 0,
    'MiB resident before': (before.residentKiB / 1024).toFixed(0),
    'MiB resident after': (after.residentKiB / 1024).toFixed(0),
  });
});

async function cycle(root: SoakRoot, name: string, count: number): Promise<void> {
  for (let done = 0; done < count; done += atOnce) {
    const agents = await startAgents(root, requestsNamed(`${name}-${done}`, Math.min(atOnce, count - done)));
    const answers = await Promise.all(agents.map(({ agent_id }) => root.stop(agent_id)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  }
}

/** At rest: connections closed, dead children collected, gates replaced. */
async function measure(root: SoakRoot): Promise<Measured> {
  const nursery = childrenOf(root.pid).find((pid) => commandLineOf(pid).includes('nursery')) ?? 0;
  const seen = { last: '' };
  return waitFor(
    'the coordinator is at rest',
    async () => {
      const first = look(root.pid, nursery);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const second = look(root.pid, nursery);
      seen.last = JSON.stringify(second);
      const isSame = JSON.stringify({ ...first, residentKiB: 0 }) === JSON.stringify({ ...second, residentKiB: 0 });
      return isSame && [root.pid, nursery].flatMap(zombiesOf).length === 0 && second;
    },
    { timeoutMs: 30_000, seen: () => seen.last },
  );
}

function look(coordinator: number, nursery: number): Measured {
  return {
    coordinatorDescriptors: descriptorsOf(coordinator),
    nurseryDescriptors: descriptorsOf(nursery),
    threads: threadsOf(coordinator).length,
    gates: childrenOf(nursery).length,
    residentKiB: residentKiB(coordinator),
  };
}
