/**
 * Stopping is a protocol with a deadline: ask politely, wait, force the whole tree, verify, and say which step it took.
 * The identity is asked again right before every signal; only a match is signalled. The same on every system.
 */
import type { StopStep } from '../runtimes/runtime.ts';
import type { RunMark, Trees } from './ownership.ts';
import type { StopOutcome } from './stop-outcome.ts';
import { askAgainMs } from './verification.ts';
import { within } from './wait.ts';

/** The launcher writes the exit record after its agent is gone; this long and it is ended as well. */
const launcherGraceMs = 1000;

/** A stop of one run. */
export interface Stop {
  readonly trees: Trees;
  readonly run: RunMark;
  /** Settles when the run is gone. */
  readonly gone: Promise<unknown>;
  /** Nobody of this process looks after the run any more; the next coordinator carries the stop on. */
  readonly letGo: AbortSignal;
}

/** Without polite steps it is forced at once. Let go of, it settles at once with the steps so far, and takes no other. */
export async function stopTree(stop: Stop, politeSteps: readonly StopStep[]): Promise<StopOutcome> {
  const { trees, run, gone, letGo } = stop;
  const steps: string[] = [];
  await known(stop);
  for (const { signal, waitSeconds } of politeSteps) {
    if (letGo.aborted || !trees.ask(run, signal)) break;
    steps.push(signal);
    if (await within(gone, waitSeconds * 1000, letGo)) return { steps, survivors: [] };
  }
  await known(stop);
  return letGo.aborted ? { steps, survivors: [] } : force(stop, steps);
}

/** While nothing tells who has the pid, nobody is signalled: it is asked again until something does, or the run is gone. */
async function known({ trees, run, gone, letGo }: Stop): Promise<void> {
  while (!letGo.aborted && trees.check(run.leader) === 'unknown' && !(await within(gone, askAgainMs, letGo))) continue;
}

/** The members first, so that the launcher sees how the agent ended and can write it down. */
async function force({ trees, run, gone, letGo }: Stop, steps: string[]): Promise<StopOutcome> {
  steps.push(trees.forceStep);
  const survivors = await trees.endMembers(run);
  if ((await within(gone, launcherGraceMs, letGo)) || letGo.aborted) return { steps, survivors };
  if (trees.check(run.leader) === 'match') trees.endLeader(run);
  await within(gone, launcherGraceMs, letGo);
  const leader = trees.check(run.leader) === 'match' ? [run.leader.pid] : [];
  return { steps, survivors: [...new Set([...leader, ...survivors])] };
}
