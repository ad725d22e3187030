/** Two coordinators that start on one root within milliseconds: one serves, the other says so and leaves. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Launched, SoakRoot } from './rig/soak-root.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';

const races = amount({ ci: 8, full: 100 });
const withinMs = 10;
const rootHeld = 73;

test.skipIf(process.platform !== 'linux')('of two coordinators on one root exactly one serves', async () => {
  const random = randomFor('races');
  const root = new SoakRoot({});
  onTestFinished(() => root.dispose());
  const pids = new Set<number>();
  for (let race = 0; race < races; race++) {
    const first = root.launch();
    await delay(random.below(withinMs));
    const second = root.launch();
    const loser = await Promise.race([first, second].map((one) => one.exited.then(() => one)));
    const winner: Launched = loser === first ? second : first;
    const seen = `race ${race}. ${repeatWith('races')}\n${root.lastOutput()}`;
    expect(loser.child.exitCode, seen).toBe(rootHeld);
    await root.ready(winner);
    expect(root.pid, seen).toBe(winner.child.pid);
    expect((await root.call('GET', '/health')).status, seen).toBe(200);
    pids.add(root.pid);
    winner.child.kill(race % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
    await winner.exited;
  }
  figures('races', { races, winners: pids.size, 'losers that exited 73': races });
});
