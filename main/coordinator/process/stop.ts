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

/** Without polite steps it is forced at once. */
export async function stopTree(
  trees: Trees,
  run: RunMark,
  politeSteps: readonly StopStep[],
  gone: Promise<unknown>,
): Promise<StopOutcome> {
  const steps: string[] = [];
  await known(trees, run, gone);
  for (const { signal, waitSeconds } of politeSteps) {
    if (!trees.ask(run, signal)) break;
    steps.push(signal);
    if (await within(gone, waitSeconds * 1000)) return { steps, survivors: [] };
  }
  await known(trees, run, gone);
  return force(trees, run, gone, steps);
}

/** While nothing tells who has the pid, nobody is signalled: it is asked again until something does, or the run is gone. */
async function known(trees: Trees, { leader }: RunMark, gone: Promise<unknown>): Promise<void> {
  while (trees.check(leader) === 'unknown' && !(await within(gone, askAgainMs))) continue;
}

/** The members first, so that the launcher sees how the agent ended and can write it down. */
async function force(trees: Trees, run: RunMark, gone: Promise<unknown>, steps: string[]): Promise<StopOutcome> {
  steps.push(trees.forceStep);
  const survivors = await trees.endMembers(run);
  if (await within(gone, launcherGraceMs)) return { steps, survivors };
  if (trees.check(run.leader) === 'match') trees.endLeader(run);
  await within(gone, launcherGraceMs);
  const leader = trees.check(run.leader) === 'match' ? [run.leader.pid] : [];
  return { steps, survivors: [...new Set([...leader, ...survivors])] };
}
