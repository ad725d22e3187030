/** Trees of processes that do what they can to stay are stopped, and nothing of them survives. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../rig/wait-for.ts';
import { isOver } from '../rig/proc.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { requestsNamed, startAgents } from './rig/sleepers.ts';
import { amount, figures, repeatWith, tier } from './rig/tier.ts';

const trees = amount({ ci: 10, full: 100 });
const graceSeconds = 1;
const afterGraceMs = 3000;

/** Each process says its pid before it waits; the third level of a tree is what the second one starts. */
const say = 'echo $$ >> "$ZIGGIE_ROOT/pids"';
const leaf = `${say}; : > "grown-$ZIGGIE_AGENT_ID"; exec sleep 3600`;
const branch = `sh -c '${leaf}' & ${say}; sleep 3600`;
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

const kinds = {
  plain: `sh -c ${quoted(branch)} & ${say}; wait`,
  'a session of its own': `setsid sh -c ${quoted(branch)} & ${say}; wait`,
  'a double fork': `sh -c ${quoted(`setsid sh -c ${quoted(branch)} & exit 0`)}; ${say}; sleep 3600`,
  'deaf to SIGTERM': `trap '' TERM HUP INT; sh -c ${quoted(branch)} & ${say}; while :; do sleep 1; done`,
  'a wrapper that exits first': `setsid sh -c ${quoted(branch)} & ${say}; until [ -e "grown-$ZIGGIE_AGENT_ID" ]; do sleep 0.01; done`,
} as const;
/** Processes that say their pid in every tree. */
const perTree = 3;

const runtimes = Object.fromEntries(
  Object.entries(kinds).map(([name, script]) => [
    name.replaceAll(' ', '-'),
    { kind: 'command', command: '/bin/sh', args: ['-c', script] },
  ]),
);

test.skipIf(process.platform !== 'linux')('nothing of a stopped tree survives', async () => {
  const root = new SoakRoot({
    default_runtime: 'plain',
    runtimes,
    limits: { max_running: 500, max_starting: 50, grace_seconds: graceSeconds, min_free_memory_mb: 0 },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  await root.start();
  const names = Object.keys(runtimes);
  const requests = requestsNamed('tree', trees).map((request, index) => ({
    ...request,
    config: { ...request.config, runtime: names[index % names.length] },
  }));
  writeFileSync(root.path('pids'), '');
  const agents = await startAgents(root, requests);
  const said = (): number[] => readFileSync(root.path('pids'), 'utf8').split('\n').filter(Boolean).map(Number);
  const pids = await waitFor('every tree has grown', () => said().length === trees * perTree && said(), {
    timeoutMs: 60_000,
    seen: () => said().length,
  });

  const began = performance.now();
  const answers = await Promise.all(agents.map(({ agent_id }) => root.stop(agent_id)));
  const stopMs = performance.now() - began;
  const survivors = [...new Set([...pids.filter((pid) => !isOver(pid)), ...root.agentProcesses()])];
  const statuses = [...new Set(answers.map(({ status }) => status))];
  const records = await root.allEnded();
  // All at once, so that a failure shows everything that is wrong.
  expect(
    { survivors, statuses, said: records.flatMap((record) => record.survivors ?? []) },
    `${repeatWith('trees')}\n${root.lastOutput()}`,
  ).toEqual({ survivors: [], statuses: [200], said: [] });
  figures('trees', {
    trees,
    processes: pids.length,
    survivors: survivors.length,
    'ms to stop all': Math.round(stopMs),
  });
  // In the full tier the machine is this scenario's alone; in the other one a time would say more about its neighbours.
  if (tier === 'full') expect(stopMs).toBeLessThan(graceSeconds * 1000 + afterGraceMs);
});
