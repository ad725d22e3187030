/**
 * The number of an agent that is gone belongs to a stranger now, who leads a session of that number, too. Whatever the
 * coordinator is asked, the stranger is not signalled.
 */
import { mkdtempSync, readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { AgentRecord } from '../../protocol/record.ts';
import { childrenOf, isOver } from '../rig/proc.ts';
import { waitFor } from '../rig/wait-for.ts';
import { PidNamespace } from './rig/pid-namespace.ts';
import { requestsNamed, sleeperRuntime, startAgents } from './rig/sleepers.ts';
import { type Launched, SoakRoot } from './rig/soak-root.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';

const rounds = amount({ ci: 2, full: 10 });
const perRound = amount({ ci: 10, full: 20 });

test.skipIf(process.platform !== 'linux')('no stranger is signalled that has the pid of an agent', async ({ skip }) => {
  const namespace = await PidNamespace.make();
  if (typeof namespace === 'string') {
    console.log(`soak pid-reuse  left out: ${namespace}`);
    skip(namespace);
    return;
  }
  onTestFinished(() => namespace.remove());
  const root = new SoakRoot({
    default_runtime: 'sleeper',
    runtimes: { sleeper: sleeperRuntime },
    limits: { max_running: 500, max_starting: 50, grace_seconds: 1, min_free_memory_mb: 0 },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  const counts = { reuses: 0, signals: 0, dead: 0 };
  const ends = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    // By turns the coordinator finds the stranger when it comes, or watches the agent when the stranger takes its place.
    const result = await oneRound(namespace, root, round, round % 2 === 1);
    counts.reuses += result.strangers.length;
    counts.signals += result.signals.length;
    counts.dead += result.strangers.length - result.living.length;
    for (const { status } of result.ended) ends.set(status, (ends.get(status) ?? 0) + 1);
    const { signals, living, strangers, ended } = result;
    const dead = strangers.filter((pid) => !living.includes(pid));
    // Nobody saw how they ended. One whose end was not noticed before it was to be stopped may count as stopped.
    const invented = ended
      .filter(({ status, exit_code: code }) => !['lost', 'stopped'].includes(status) || code !== null)
      .map(({ agent_id: id, status, exit_code: code }) => `${id} is ${status} with exit code ${code}`);
    expect({ signals, dead, invented }, `${repeatWith('pid-reuse')}\n${root.lastOutput()}`).toEqual({
      signals: [],
      dead: [],
      invented: [],
    });
  }
  figures('pid-reuse', {
    'pids given to strangers': counts.reuses,
    'signals to strangers': counts.signals,
    'strangers that died': counts.dead,
    ...Object.fromEntries([...ends].map(([status, count]) => [`agents ${status}`, count])),
  });
  // Somebody else may be given a number now and then; nearly all must be the strangers'.
  expect(counts.reuses).toBeGreaterThan(rounds * perRound * 0.8);
});

async function oneRound(namespace: PidNamespace, root: SoakRoot, round: number, isWatched: boolean) {
  const first = await root.start({ through: namespace.through });
  const agents = await startAgents(root, requestsNamed(`round-${round}`, perRound));
  const pids = agents.map(({ pid }) => pid ?? 0);
  // As long as one of a session lives, the number of the session is not free.
  const ofAgents = await waitFor('every agent has begun', () => {
    const found = root.agentProcesses();
    return found.length === perRound && found;
  });
  await crash(first);
  let life = isWatched ? await root.start({ through: namespace.through }) : first;

  // The launchers first: they would write down how their agents ended.
  namespace.run('kill -9 "$@"', pids.map(String));
  for (const pid of ofAgents) if (!isOver(pid)) process.kill(pid, 'SIGKILL');
  await waitFor('the agents are gone', () => ofAgents.every(isOver));
  const folder = mkdtempSync(root.path('strangers-'));
  const got = namespace.giveToStrangers(pids, folder);
  const strangers = pids.filter((pid, index) => got[index] === pid);
  await waitFor('the strangers are ready', () =>
    strangers.every((pid) => readdirSync(folder).includes(`ready-${pid}`)),
  );

  if (!isWatched) life = await root.start({ through: namespace.through });
  const answers = await Promise.all(agents.map(({ agent_id }) => root.stop(agent_id)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  const all: AgentRecord[] = await root.allEnded();
  const ended = all.filter(
    ({ pid, request_id }) => request_id.startsWith(`round-${round}-`) && strangers.includes(pid ?? 0),
  );
  const signals = readdirSync(folder).filter((name) => name.startsWith('signals-'));
  const living = namespace.living(strangers);
  namespace.run('kill -9 "$@"; exit 0', strangers.map(String)); // One that died already is told below.
  await crash(life);
  return { strangers, living, signals, ended };
}

/** The process that was launched stands outside and waits for the coordinator, its only child. */
async function crash({ child, exited }: Launched): Promise<void> {
  for (const pid of childrenOf(child.pid ?? 0)) process.kill(pid, 'SIGKILL');
  await exited;
}
