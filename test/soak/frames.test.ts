/** Hostile WebSocket frames: each costs at most its own connection, while others follow the fleet and miss nothing. */
import { expect, onTestFinished, test } from 'vitest';
import { RawSocket } from '../rig/socket-server.ts';
import { waitFor } from '../rig/wait-for.ts';
import { Follower } from './rig/followers.ts';
import { hostileFrame } from './rig/hostile-frames.ts';
import { requestsNamed } from './rig/sleepers.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';

const frames = amount({ ci: 1000, full: 10_000 });
const witnesses = 3;
const addresses = ['/ws/coordinator', '/ws/coordinator/logs', '/ws/coordinator?interval=1', '/ws/coordinator?since=1'];
/** Something is to be told while the frames come. */
const framesPerDeployment = 50;

test.skipIf(process.platform !== 'linux')('hostile frames harm nobody but who sends them', async () => {
  const random = randomFor('frames');
  const root = new SoakRoot({
    default_runtime: 'quick',
    runtimes: { quick: { kind: 'command', command: '/bin/true' } },
    limits: { max_running: 50, min_free_memory_mb: 0, starts_per_second: 1000 },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  const { child } = await root.start();
  const host = root.url.replace('http://', '');
  const followers = await Promise.all(Array.from({ length: witnesses }, () => Follower.open(root)));
  const kept: string[] = [];
  const counts = { ended: 0, connections: 0 };
  let hostile: RawSocket | null = null;
  for (let sent = 0; sent < frames; sent++) {
    if (sent % framesPerDeployment === 0) void root.deploy(requestsNamed(`wave-${sent}`, 1)[0] ?? {});
    if (hostile === null || hostile.isClosed) {
      hostile = await RawSocket.open(host, addresses[random.below(addresses.length)] ?? '', root.token);
      counts.connections += 1;
    }
    const { what, bytes, isFine } = hostileFrame(random);
    hostile.socket.write(bytes);
    if (isFine && random.chance(0.9)) continue;
    if (isFine) hostile.socket.destroy();
    // After half a frame the next bytes are its rest, so nothing is sure but that it ends: it is ended here then.
    else hostile.socket.end();
    const ending = hostile;
    await waitFor('it is closed', () => ending.isClosed, { timeoutMs: 5000 }).catch(() => kept.push(what));
    counts.ended += 1;
  }
  hostile?.socket.destroy();
  const agents = await root.allEnded();
  const last = await waitFor('everybody knows the last event', () =>
    followers.every((one) => one.last === followers[0]?.last) ? followers[0] : null,
  );
  const faults = followers.reduce((sum, one) => sum + one.faults, 0);
  const seen = repeatWith('frames');
  expect(child.exitCode, root.lastOutput()).toBeNull();
  expect(kept, seen).toEqual([]);
  expect(
    followers.map(({ closed }) => closed),
    seen,
  ).toEqual(followers.map(() => null));
  expect(faults, seen).toBe(0);
  expect(last.events).toBeGreaterThan(agents.length);
  figures('frames', {
    'hostile frames': frames,
    connections: counts.connections,
    'events that others were told': last.events * witnesses,
    'lost, doubled or out of order': faults,
  });
});
