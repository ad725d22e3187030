import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import { readJournal } from '../../../main/coordinator/ledger/journal-read.ts';
import { segmentPath } from '../../../main/coordinator/ledger/segments.ts';
import { SnapshotStore } from '../../../main/coordinator/ledger/snapshot.ts';
import { StorageHealth } from '../../../main/coordinator/storage-health.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { emptyFleet, type Fleet, fleet } from '../../../protocol/fleet.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { valueOf } from '../../rig/result.ts';
import { someEvents } from './some-events.ts';
import { temporaryFolder } from './temporary-folder.ts';

const events = someEvents(20);
const truth = events.reduce(fleet, emptyFleet);
const earlier = events.slice(0, 8).reduce(fleet, emptyFleet);

const savedSeq = (path: string): number => (JSON.parse(readFileSync(path, 'utf8')) as { seq: number }).seq;

/** A folder with the journal of all events and a snapshot of the first eight; how a coordinator comes back from it. */
async function leftBehind() {
  const folder = temporaryFolder();
  const path = join(folder, 'db.json');
  const lines: string[] = [];
  writeFileSync(segmentPath(folder, 1), events.map(encodeLine).join(''));
  await new SnapshotStore(path, () => undefined).save(earlier);
  return {
    path,
    lines,
    restore: async (): Promise<{ state: Fleet; replayed: number }> => {
      let state = await new SnapshotStore(path, (line) => lines.push(line)).read();
      let replayed = 0;
      valueOf(
        readJournal(folder, state.seq, {
          event: (event) => {
            state = fleet(state, event);
            replayed += 1;
          },
          base: () => undefined,
        }),
      );
      return { state, replayed };
    },
  };
}

test('a snapshot saves reading what it holds already', async () => {
  const { restore } = await leftBehind();
  const { state, replayed } = await restore();
  expect(replayed).toBe(12);
  expect(toSnapshot(state)).toEqual(toSnapshot(truth));
});

describe('a snapshot that is', () => {
  test.each([
    ['empty', ''],
    ['all zero', '\0'.repeat(500)],
    ['cut short', '{"agents":'],
    ['of another shape', '{"seq":8,"agents":[{"facts":{}}],"externals":[],"requests":[]}'],
    ['a list', '[]'],
    ['null', 'null'],
  ])('case 25: (and 26) %s is kept aside, said, and rebuilt from the journal', async (_, text) => {
    const { path, lines, restore } = await leftBehind();
    writeFileSync(path, text);
    const { state, replayed } = await restore();
    expect(replayed).toBe(20);
    expect(toSnapshot(state)).toEqual(toSnapshot(truth));
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(text);
    expect(existsSync(path)).toBe(false);
    expect(lines).toHaveLength(1);
  });

  test('case 25: missing is rebuilt from the journal, and nothing is said', async () => {
    const { path, lines, restore } = await leftBehind();
    rmSync(path);
    expect(toSnapshot((await restore()).state)).toEqual(toSnapshot(truth));
    expect(lines).toEqual([]);
  });
});

test('a save that fails is said, rejects nothing, and leaves the old snapshot', async () => {
  const folder = temporaryFolder();
  const lines: string[] = [];
  const path = join(folder, 'missing', 'db.json');
  await new SnapshotStore(path, (line) => lines.push(line)).save(truth);
  expect(lines.join()).toMatch(/db\.json could not be saved .*ENOENT/);
});

describe('case 33: two thousand saves in a burst', () => {
  const fleets = Array.from({ length: 2000 }, (_, index) => ({ ...truth, seq: truth.seq + index }));

  test('each settles when its own fleet or a newer one is in the file, and few writes serve them all', async () => {
    const path = join(temporaryFolder(), 'db.json');
    const store = new SnapshotStore(path, (line) => expect.fail(line));
    let behind = 0;
    const versions = new Set<number>();
    const saves = fleets.map((one) =>
      store.save(one).then(() => {
        const inFile = savedSeq(path);
        versions.add(inFile);
        if (inFile < one.seq) behind += 1;
      }),
    );
    await Promise.all(saves);
    expect(behind).toBe(0);
    expect(savedSeq(path)).toBe(fleets.at(-1)?.seq);
    expect(versions.size).toBeLessThanOrEqual(2);
  });

  test('an older fleet never replaces a newer one, whatever the order of the calls', async () => {
    const path = join(temporaryFolder(), 'db.json');
    const store = new SnapshotStore(path, (line) => expect.fail(line));
    const first = store.save(earlier);
    await Promise.resolve(); // It is being written now.
    const newest = store.save(truth);
    await Promise.resolve();
    await Promise.resolve();
    expect(readdirSync(dirname(path)).length).toBeLessThanOrEqual(1);
    const late = store.save(earlier);
    await Promise.all([first, newest, late]);
    expect(savedSeq(path)).toBe(truth.seq);
  });
});

test('a save that failed is tried again by itself, and the trouble ends with its reason', async () => {
  const folder = join(temporaryFolder(), 'later');
  const path = join(folder, 'db.json');
  const health = new StorageHealth({ now: () => '2025-11-09T14:30:00.000Z', monotonic: () => 0 }, () => undefined);
  const store = new SnapshotStore(path, () => undefined, health);
  await store.save(truth);
  expect(health.degraded).toMatchObject([{ part: 'snapshot', message: expect.stringContaining('ENOENT') }]);
  mkdirSync(folder);
  await waitFor('it is saved', () => existsSync(path));
  await waitFor('the trouble is over', () => health.degraded.length === 0);
  expect(savedSeq(path)).toBe(truth.seq);
  store.close();
});
