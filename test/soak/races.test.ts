/** Two coordinators that start on one root within milliseconds: one serves, the other says so and leaves. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../rig/wait-for.ts';
import { type Launched, SoakRoot } from './rig/soak-root.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';

const races = amount({ ci: 12, full: 200 });
const withinMs = 10;
/** A start takes half a second where nothing else runs. */
const leavesWithinMs = 60_000;
const rootHeld = 73;

test.skipIf(process.platform !== 'linux')('case 19: of two coordinators on one root exactly one serves', async () => {
  const random = randomFor('races');
  const root = new SoakRoot({});
  onTestFinished(() => root.dispose());
  const pids = new Set<number>();
  for (let race = 0; race < races; race++) {
    const first = root.launch();
    await delay(random.below(withinMs));
    const second = root.launch();
    const loser = await waitFor(
      'one of the two leaves',
      () => [first, second].find(({ child }) => child.exitCode !== null || child.signalCode !== null),
      { timeoutMs: leavesWithinMs, seen: () => `${repeatWith('races')}\n${root.lastOutput()}` },
    );
    const winner: Launched = loser === first ? second : first;
    await root.ready(winner);
    const health = await root.call('GET', '/health');
    expect(
      { loserExit: loser.child.exitCode, serves: root.pid, health: health.status },
      `race ${race}. ${repeatWith('races')}\n${root.lastOutput()}`,
    ).toEqual({ loserExit: rootHeld, serves: winner.child.pid, health: 200 });
    pids.add(root.pid);
    winner.child.kill(race % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
    await winner.exited;
  }
  figures('races', { races, winners: pids.size, 'losers that exited 73': races });
});
