import { expect, test } from 'vitest';
import { FleetWatch } from '../../../main/coordinator/events/fleet-watch.ts';
import { emptyFleet, type Fleet } from '../../../protocol/fleet.ts';
import { waitFor } from '../../rig/wait-for.ts';

function open() {
  const now = { seq: 0, looks: 0 };
  const watch = new FleetWatch((): Fleet => ({ ...emptyFleet, seq: now.seq }));
  const reaches = (seq: number) => (state: Fleet) => {
    now.looks += 1;
    return state.seq >= seq ? state.seq : null;
  };
  return { now, watch, reaches };
}
const forLong = { timeoutMs: 600_000 };

test('settles at once with what is so already, and with null where nothing is waited for', async () => {
  const { watch, reaches } = open();
  expect(await watch.until(reaches(0), forLong)).toBe(0);
  expect(await watch.until(reaches(1), { timeoutMs: 0 })).toBeNull();
  expect(await watch.until(reaches(1), { timeoutMs: 600_000, signal: AbortSignal.abort() })).toBeNull();
  expect(watch.waiting).toBe(0);
});

test('however many events come in one turn, each waiter looks once, and settles with the first that does', async () => {
  const { now, watch, reaches } = open();
  const [soon, late] = [watch.until(reaches(3), forLong), watch.until(reaches(9), forLong)];
  now.looks = 0;
  for (now.seq = 1; now.seq < 5; now.seq++) watch.onEvent();
  expect(await soon).toBe(5);
  expect([now.looks, watch.waiting]).toEqual([2, 1]);
  now.seq = 9;
  watch.onEvent();
  expect(await late).toBe(9);
  expect(watch.waiting).toBe(0);
});

test('whoever gives up, or waits too long, is gone', async () => {
  const { watch, reaches } = open();
  const gone = new AbortController();
  const given = watch.until(reaches(1), { ...forLong, signal: gone.signal });
  const short = watch.until(reaches(1), { timeoutMs: 5 });
  expect(watch.waiting).toBe(2);
  gone.abort();
  expect(await given).toBeNull();
  expect(await short).toBeNull();
  await waitFor('nobody waits', () => watch.waiting === 0);
});

test('a coordinator that stops lets everybody go, and nobody waits from then on', async () => {
  const { watch, reaches } = open();
  const waiting = watch.until(reaches(1), forLong);
  watch.close();
  expect(await waiting).toBeNull();
  expect([watch.isClosed, watch.waiting, await watch.until(reaches(1), forLong)]).toEqual([true, 0, null]);
});
