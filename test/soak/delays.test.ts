/**
 * How late the coordinator's event loop is, and how soon it acts, while an agent forks as fast as it can and while a
 * hundred agents are due. What must come of that is counted elsewhere (docs/reliability.md); here it is timed. The bounds
 * are those of a machine that does nothing else: they are judged in the full tier, which has it, and told in the other.
 */
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Inspector, inspectArguments } from '../rig/inspector.ts';
import { waitFor } from '../rig/wait-for.ts';
import { loopDelay, watchLoopDelay } from './rig/loop-delay.ts';
import { requestsNamed, sleeperRuntime, startAgents } from './rig/sleepers.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { figures, repeatWith, tier } from './rig/tier.ts';

const wanted = 100;
const maxProcesses = 64;
const forks = 500;

/** Milliseconds. */
const bounds = {
  storm: { p99: 50, ended: 2500 }, // A look every 2 s, and half a second to end 500 processes.
  start: { p99: 20, running: 60_000 },
} as const;

/** Goes on when it is told to stop politely, and stays after its forks: only the limit ends it. */
const storm = `trap : TERM; i=0
while [ $i -lt ${forks} ]; do sleep 3600 & i=$((i+1)); [ $i != ${maxProcesses} ] || date +%s%3N > "$ZIGGIE_ROOT/passed"; done
wait`;

async function begin(limits: Readonly<Record<string, number>>, before: (root: SoakRoot) => void = () => undefined) {
  const root = new SoakRoot({
    default_runtime: 'sleeper',
    runtimes: { sleeper: sleeperRuntime, storm: { kind: 'command', command: '/bin/sh', args: ['-c', storm] } },
    limits: { min_free_memory_mb: 0, ...limits },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  const first = await root.start(); // The folders exist now.
  first.child.kill('SIGKILL');
  await first.exited;
  before(root);
  const life = root.launch({ nodeArguments: inspectArguments });
  const inspector = await Inspector.of(() => root.lastOutput());
  onTestFinished(() => inspector.close());
  await root.ready(life); // Before that nobody waits for it.
  await watchLoopDelay(inspector);
  return { root, inspector };
}

const isJudged = tier === 'full';

test.skipIf(process.platform !== 'linux')('case 10: while an agent forks as fast as it can', async () => {
  const { root, inspector } = await begin({ max_processes: maxProcesses, grace_seconds: 30 });
  const [other] = await startAgents(root, requestsNamed('other', 1));
  const [agent] = await startAgents(
    root,
    requestsNamed('storm', 1, { config: { prompt: 'x', runtime: 'storm', report_required: false } }),
  );
  const record = await waitFor(
    'the storm is ended',
    async () => {
      const agents = await root.agents();
      return agents.find(({ agent_id, completed_at }) => agent_id === agent?.agent_id && completed_at !== null);
    },
    { timeoutMs: 60_000, seen: () => root.lastOutput() },
  );
  const delay = await loopDelay(inspector);
  const passedAt = Number(readFileSync(root.path('passed'), 'utf8'));
  const endedMs = Date.parse(record.completed_at ?? '') - passedAt;
  expect(record, repeatWith('delays')).toMatchObject({ status: 'failed', stop_steps: ['SIGKILL'], survivors: [] });
  const living = await root.agents();
  expect(living.find(({ agent_id }) => agent_id === other?.agent_id)?.status).toBe('running');
  figures('delays', {
    forks,
    'ms from over the limit to the end': endedMs,
    'ms late at p99': delay.p99.toFixed(1),
    'ms late at most': delay.max.toFixed(1),
  });
  expect(delay.count).toBeGreaterThan(20);
  if (!isJudged) return;
  expect(delay.p99, repeatWith('delays')).toBeLessThanOrEqual(bounds.storm.p99);
  expect(endedMs, repeatWith('delays')).toBeLessThanOrEqual(bounds.storm.ended);
});

test.skipIf(process.platform !== 'linux')('case 13: while a hundred agents are due at its start', async () => {
  const began = performance.now();
  const { root, inspector } = await begin({ starts_per_second: 50, max_starting: 4, max_running: 200 }, (one) => {
    for (const request of requestsNamed('due', wanted)) one.drop(request);
  });
  await waitFor(
    'all run',
    async () => (await root.agents()).filter(({ status }) => status === 'running').length === wanted,
    { timeoutMs: 120_000, seen: () => root.lastOutput() },
  );
  const runningMs = performance.now() - began;
  const delay = await loopDelay(inspector);
  figures('delays', {
    'agents due': wanted,
    'ms until all ran': runningMs.toFixed(0),
    'ms late at p99': delay.p99.toFixed(1),
    'ms late at most': delay.max.toFixed(1),
  });
  expect(delay.count).toBeGreaterThan(20);
  if (!isJudged) return;
  expect(delay.p99, repeatWith('delays')).toBeLessThanOrEqual(bounds.start.p99);
  expect(runningMs, repeatWith('delays')).toBeLessThanOrEqual(bounds.start.running);
});
