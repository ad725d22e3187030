/**
 * Stopping is a protocol with a deadline: ask politely, wait, force the whole tree, verify, and say which step it took.
 * The identity is asked again right before every signal; only a match is signalled.
 */
import type { Identity } from '../../../protocol/agent.ts';
import type { StopStep } from '../runtimes/runtime.ts';
import { checkIdentity, isAlive } from './identity.ts';
import { endMembers } from './leftovers.ts';
import { type RunMark, signalQuietly } from './tree.ts';
import type { StopOutcome } from './stop-outcome.ts';
import { endTreeOnWindows } from './windows-tree.ts';
import { within } from './wait.ts';

/** The launcher writes the exit record after its agent is gone; this long and it is ended as well. */
const launcherGraceMs = 1000;

export async function stopTree(
  identity: Identity,
  nonce: string,
  politeSteps: readonly StopStep[],
  gone: Promise<unknown>,
): Promise<StopOutcome> {
  const steps: string[] = [];
  if (process.platform === 'win32') return endTreeOnWindows(identity.pid, gone);
  for (const { signal, waitSeconds } of politeSteps) {
    if (checkIdentity(identity) !== 'match') break;
    signalQuietly(-identity.pid, signal);
    steps.push(signal);
    if (await within(gone, waitSeconds * 1000)) return { steps, survivors: [] };
  }
  return force(identity, { leader: identity, nonce }, gone, steps);
}

/** The members first, so that the launcher sees how the agent ended and can write it down. */
async function force(identity: Identity, mark: RunMark, gone: Promise<unknown>, steps: string[]): Promise<StopOutcome> {
  const check = checkIdentity(identity);
  if (check === 'unknown') return { steps, survivors: [identity.pid] };
  steps.push('SIGKILL');
  const survivors = await endMembers(mark);
  if (await within(gone, launcherGraceMs)) return { steps, survivors };
  if (checkIdentity(identity) === 'match') signalQuietly(-identity.pid, 'SIGKILL');
  await within(gone, launcherGraceMs);
  const leader = checkIdentity(identity) === 'match' && isAlive(identity.pid) ? [identity.pid] : [];
  return { steps, survivors: [...leader, ...survivors] };
}
