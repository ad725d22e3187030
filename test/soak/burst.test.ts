/**
 * Thousands of request files come at once while the coordinator is stopped. Each must be recorded once and started once,
 * and never more agents may be at work than the limit says, by the journal's word and by that of the agents themselves.
 */
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { decodeLine } from '../../main/coordinator/ledger/journal-line.ts';
import type { Sequenced } from '../../protocol/events.ts';
import { emptyFleet, fleet as fold } from '../../protocol/fleet.ts';
import { waitFor } from '../rig/wait-for.ts';
import { requestOf } from './rig/requests.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';
import { remainsOf } from './rig/verdict.ts';
import { readWitness, workerRuntime } from './rig/worker.ts';

const files = amount({ ci: 1000, full: 10_000 });
const stoppedMs = amount({ ci: 1000, full: 5000 });
const mostRunning = 8;

test.skipIf(process.platform !== 'linux')(
  `case 38: ${files} files that come while the coordinator is stopped are each recorded and started once`,
  async () => {
    const root = new SoakRoot({
      default_runtime: 'worker',
      runtimes: { worker: workerRuntime },
      // No pause between starts: what is measured is that none is lost, doubled or over the limit.
      limits: {
        max_running: mostRunning,
        max_queued: 20_000,
        max_starting: 4,
        starts_per_second: 1000,
        min_free_memory_mb: 0,
      },
      report: { required: false },
    });
    onTestFinished(() => root.dispose());
    const life = await root.start();
    const names = Array.from({ length: files }, (_, number) => `burst-${String(number).padStart(5, '0')}`);
    for (const requestId of names) {
      writeFileSync(
        root.path('requests', `${requestId}.tmp`),
        JSON.stringify(requestOf({ requestId, code: 0, nap: 0 })),
      );
    }
    process.kill(root.pid, 'SIGSTOP');
    const renaming = performance.now();
    for (const name of names) renameSync(root.path('requests', `${name}.tmp`), root.path('requests', `${name}.json`));
    const renamedMs = performance.now() - renaming;
    await delay(Math.max(0, stoppedMs - renamedMs)); // What is asked for is a time, not a state.
    process.kill(root.pid, 'SIGCONT');
    const went = performance.now();
    const waiting = (): string[] => readdirSync(root.path('requests')).filter((name) => name !== 'rejected');
    await waitFor('all files are taken', () => waiting().length === 0, {
      timeoutMs: 900_000,
      seen: () => ({ waiting: waiting().length, output: root.lastOutput() }),
    });
    const takenMs = performance.now() - went;
    const answered = (): number => readdirSync(root.path('responses')).length;
    await waitFor('all are answered', () => answered() === files, {
      timeoutMs: 900_000,
      seen: () => ({ answered: answered(), output: root.lastOutput() }),
    });
    const agents = await root.allEnded();
    const seen = `${repeatWith('burst')}\n${root.lastOutput()}`;
    const { accepted, mostAtOnce } = told(root);
    expect(accepted, seen).toEqual(names);
    expect(
      agents.filter(({ status }) => status !== 'completed').map(({ agent_id }) => agent_id),
      seen,
    ).toEqual([]);
    const began = readWitness(root.root).map(({ requestId }) => requestId);
    expect(began.sort(), seen).toEqual(names);
    expect(mostAtOnce, seen).toBeLessThanOrEqual(mostRunning);
    life.child.kill('SIGTERM');
    expect(await life.exited, seen).toBe(0);
    expect(await remainsOf(root), seen).toEqual([]);
    figures('burst', {
      files,
      'ms to rename them': Math.round(renamedMs),
      'ms until all were taken': Math.round(takenMs),
      'at work at once at most': mostAtOnce,
      'lost or doubled': 0,
    });
  },
);

/** What the journal tells: who was accepted, in order of name, and how many were at work at once. */
function told(root: SoakRoot) {
  const events: Sequenced[] = readdirSync(root.path('journal'))
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .flatMap((name) => readFileSync(root.path('journal', name), 'utf8').split('\n'))
    .flatMap((line) => decodeLine(line) ?? []);
  const accepted = events.flatMap(({ event }) => (event.type === 'agent_accepted' ? [event.facts.request_id] : []));
  let fleet = emptyFleet;
  let mostAtOnce = 0;
  for (const event of events) {
    fleet = fold(fleet, event);
    mostAtOnce = Math.max(mostAtOnce, fleet.counts.running + fleet.counts.starting);
  }
  return { accepted: accepted.sort(), mostAtOnce };
}
