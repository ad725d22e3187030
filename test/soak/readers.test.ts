/** Whoever reads the state files while they change sees a whole record each time, the old one or the new one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { AgentRecord } from '../../protocol/record.ts';
import { waitFor } from '../rig/wait-for.ts';
import { requestsNamed, sleeperRuntime, startAgents } from './rig/sleepers.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';

const agents = 100;
const reads = amount({ ci: 20_000, full: 200_000 });
/** Each child that comes changes its parent's file, and so does its own coming and going. */
const childrenPerAgent = amount({ ci: 2, full: 12 });

interface Counts {
  readonly reads: number;
  readonly unparsable: number;
  readonly versions: number;
  readonly firstBad: string;
}

const childrenIn = (file: string): number => (JSON.parse(readFileSync(file, 'utf8')) as AgentRecord).children.length;

test.skipIf(process.platform !== 'linux')('a reader of the state files never sees a part', async () => {
  const root = new SoakRoot({
    default_runtime: 'sleeper',
    runtimes: { sleeper: sleeperRuntime, quick: { kind: 'command', command: '/bin/true' } },
    limits: {
      max_running: 1000,
      max_running_per_parent: 1000,
      max_starting: 50,
      max_queued: 10_000,
      starts_per_second: 1000,
      min_free_memory_mb: 0,
    },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  await root.start();
  const parents = await startAgents(root, requestsNamed('parent', agents));
  const files = parents.map(({ agent_id }) => root.path('state', `${agent_id}.json`));
  await waitFor('each has its file', () => files.every((file) => existsSync(file)));
  const reader = fork(resolve(import.meta.dirname, 'rig/reader.mjs'), [String(reads), ...files]);
  onTestFinished(() => void reader.kill());
  const died = once(reader, 'exit').then(([code]) => Promise.reject(new Error(`the reader ended with ${code}`)));
  const told = Promise.race([once(reader, 'message'), died]);
  told.catch(() => undefined); // Until it is waited for.
  for (let wave = 0; wave < childrenPerAgent; wave++) {
    const children = parents.flatMap(({ agent_id }) =>
      requestsNamed(`${agent_id}-${wave}`, 1, {
        agent_type: 'L2',
        parent_agent: agent_id,
        config: { prompt: 'x', runtime: 'quick', report_required: false },
      }),
    );
    await startAgents(root, children);
  }
  // Written some time after the answers: the reader's last round is to see what came of the last wave.
  await waitFor('each file names all children', () => files.every((file) => childrenIn(file) === childrenPerAgent));
  reader.send('enough');
  const [counts] = (await told) as [Counts];
  const { unparsable, versions, firstBad } = counts;
  // Fewer versions: nothing was written while it was read, and nothing was tried. Each parent's file changes at least once.
  const isTried = versions >= agents * 2;
  expect({ unparsable, firstBad, isTried }, `${repeatWith('readers')}\n${versions} versions were seen`).toEqual({
    unparsable: 0,
    firstBad: '',
    isTried: true,
  });
  figures('readers', { agents, reads: counts.reads, 'versions seen': counts.versions, unparsable: counts.unparsable });
});
