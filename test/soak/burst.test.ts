/**
 * Thousands of request files come at once while the coordinator is stopped. Each must be recorded once, none may begin
 * twice, and never more agents may be at work than the limit says, by the journal's word and by that of the agents themselves.
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
/** In the time of this scenario not all can run; those that wait are the next coordinator's. */
const mustBegin = amount({ ci: 500, full: 1000 });
const mostRunning = 8;

test.skipIf(process.platform !== 'linux')(
  `case 38: ${files} files that come while the coordinator is stopped are each recorded once, and the limit holds`,
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
    await waitFor('enough have begun', () => beganOf(root).length >= mustBegin, {
      timeoutMs: 900_000,
      seen: () => ({ began: beganOf(root).length, output: root.lastOutput() }),
    });
    life.child.kill('SIGTERM');
    const seen = `${repeatWith('burst')}\n${root.lastOutput()}`;
    expect(await life.exited, seen).toBe(0);
    expect(await remainsOf(root), seen).toEqual([]);
    const { accepted, mostAtOnce } = told(root);
    expect(accepted, seen).toEqual(names);
    expect(mostAtOnce, seen).toBeLessThanOrEqual(mostRunning);
    const began = beganOf(root);
    expect(new Set(began).size, seen).toBe(began.length);
    figures('burst', {
      files,
      'ms to rename them': Math.round(renamedMs),
      'ms until all were taken': Math.round(takenMs),
      'recorded once': accepted.length,
      'begun once': began.length,
      'at work at once at most': mostAtOnce,
    });
  },
);

const beganOf = (root: SoakRoot): string[] => readWitness(root.root).map(({ requestId }) => requestId);

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
