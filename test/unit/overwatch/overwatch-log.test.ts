import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { OverwatchReader } from '../../../main/cli/overwatch-reader.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { JournalPages } from '../../../main/coordinator/events/journal-pages.ts';
import { encodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import { segmentPath } from '../../../main/coordinator/ledger/segments.ts';
import {
  OverwatchFiles,
  type RotationRules,
  wholeEvents,
} from '../../../main/coordinator/overwatch/overwatch-files.ts';
import { OverwatchLog } from '../../../main/coordinator/overwatch/overwatch-log.ts';
import { emptyFleet, fleet as reduce } from '../../../protocol/fleet.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { linesOf } from '../../../protocol/life-lines.ts';
import { simulatedDay } from '../../rig/simulated-day.ts';
import { smallDisk, smallDiskMissing } from '../../rig/small-disk.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const day: Sequenced[] = simulatedDay('a day of lines', 60).map((event, index) => ({ seq: index + 1, event }));
const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

let folder: string;
beforeEach(() => void (folder = temporaryFolder()));

/** An overwatch log of the first `durable` events of the day, in `place`. */
function follow(durable: number, { place = folder, rules }: { place?: string; rules?: RotationRules } = {}) {
  writeFileSync(segmentPath(folder, 1), day.map(encodeLine).join(''));
  const state = { fleet: day.slice(0, durable).reduce(reduce, emptyFleet), said: [] as string[] };
  const hub = new EventHub(() => undefined);
  const log = new OverwatchLog({
    files: new OverwatchFiles(join(place, 'overwatch.log'), rules),
    pages: new JournalPages({ folder, hub, last: () => state.fleet.seq }),
    fleet: () => state.fleet,
    now: () => '2025-11-09T23:00:00.000Z',
    log: (line) => void state.said.push(line),
  });
  const tell = (upTo: number): void => {
    for (const event of day.slice(state.fleet.seq, upTo)) {
      state.fleet = reduce(state.fleet, event);
      hub.publish(event);
      log.onEvent();
    }
  };
  return { log, tell, state };
}

/** What must stand in it: the socket stream's own lines, with the day before and the place behind. */
const expected = (upTo = day.length): string[] => {
  const fleet = day.reduce(reduce, emptyFleet);
  return day
    .slice(0, upTo)
    .flatMap((one) =>
      linesOf(one, fleet).map(({ text }) => `${one.event.at.slice(0, 10)} ${text.trimEnd()} #${one.seq}`),
    );
};
const linesIn = (...path: string[]): string[] =>
  readFileSync(join(...path), 'utf8')
    .split('\n')
    .slice(0, -1);
const everything = (place = folder): string[] =>
  readdirSync(place)
    .filter((name) => name.startsWith('overwatch.log'))
    .sort()
    .reverse()
    .flatMap((name) => linesIn(place, name));

test('every life event has its line, in the order of the journal, also those of before it began', async () => {
  const { log, tell } = follow(100);
  log.begin();
  tell(150);
  tell(day.length);
  await log.close();
  expect(expected().length).toBeGreaterThan(200);
  expect(linesIn(folder, 'overwatch.log')).toEqual(expected());
});

test('wherever a crash has cut it, each line is there once after the next start', async () => {
  const { log } = follow(150);
  log.begin();
  await log.close();
  const whole = readFileSync(join(folder, 'overwatch.log'));
  for (const cut of [0, 1, 50, whole.length - 1, whole.length - 2, whole.length - 90, whole.length]) {
    writeFileSync(join(folder, 'overwatch.log'), whole.subarray(0, cut));
    const again = follow(day.length);
    again.log.begin();
    await again.log.close();
    expect(linesIn(folder, 'overwatch.log'), `cut at ${cut}`).toEqual(expected());
  }
});

test('an event of several lines is whole or not there', () => {
  const whole = 'a #1\nb #2 1/2\nc #2 2/2\n';
  expect(wholeEvents(Buffer.from(whole))).toEqual({ end: whole.length, last: 2 });
  expect(wholeEvents(Buffer.from('a #1\nb #2 1/2\nc #2 2/'))).toEqual({ end: 5, last: 1 });
  expect(wholeEvents(Buffer.from('b #2 1/2\n'))).toEqual({ end: 0, last: null });
  expect(wholeEvents(Buffer.from('a #1\n\0\0\0\0'))).toEqual({ end: 5, last: 1 });
});

test('it rotates by size, keeps so many, and goes on over a crash in the middle of it', async () => {
  const rules = { rotateBytes: 2000, keptFiles: 30 };
  for (let durable = 20; durable < day.length; durable += 20) {
    const { log } = follow(durable, { rules });
    log.begin();
    await log.close();
    // The file was named anew and the next one was not made yet.
    if (durable === 200) renameSync(join(folder, 'overwatch.log'), join(folder, 'overwatch.log.0'));
    if (durable === 200) {
      const kept = readdirSync(folder).filter((name) => /^overwatch\.log\.[1-9]/.test(name));
      const ages = kept.map((name) => Number(name.split('.').at(-1))).sort((a, b) => b - a);
      for (const age of ages)
        renameSync(join(folder, `overwatch.log.${age}`), join(folder, `overwatch.log.${age + 1}`));
      renameSync(join(folder, 'overwatch.log.0'), join(folder, 'overwatch.log.1'));
    }
  }
  const { log } = follow(day.length, { rules });
  log.begin();
  await log.close();
  const ages = readdirSync(folder)
    .filter((name) => /^overwatch\.log\.\d+$/.test(name))
    .map((name) => Number(name.split('.').at(-1)))
    .sort((a, b) => b - a);
  expect(ages.length).toBeGreaterThan(5);
  const all = [...ages.flatMap((age) => linesIn(folder, `overwatch.log.${age}`)), ...linesIn(folder, 'overwatch.log')];
  expect(all).toEqual(expected());
  const reader = new OverwatchReader(join(folder, 'overwatch.log'));
  undo.push(() => reader.close());
  expect((await reader.last(1000))?.map(({ text }) => text)).toEqual(expected());
});

test('no more old files are kept than said', async () => {
  for (let durable = 20; durable < day.length; durable += 20) {
    const { log } = follow(durable, { rules: { rotateBytes: 1, keptFiles: 2 } });
    log.begin();
    await log.close();
  }
  expect(
    readdirSync(folder)
      .filter((name) => name.startsWith('overwatch'))
      .sort(),
  ).toEqual(['overwatch.log', 'overwatch.log.1', 'overwatch.log.2']);
});

test('a follower over a rotation gets each line once', async () => {
  const reader = new OverwatchReader(join(folder, 'overwatch.log'));
  undo.push(() => reader.close());
  const seen: string[] = ((await reader.last(10)) ?? []).map(({ text }) => text);
  for (let durable = 20; durable < day.length + 20; durable += 20) {
    const { log } = follow(Math.min(durable, day.length), { rules: { rotateBytes: 3000, keptFiles: 3 } });
    log.begin();
    await log.close();
    seen.push(...(await reader.more()).map(({ text }) => text));
  }
  expect(existsSync(join(folder, 'overwatch.log.1'))).toBe(true);
  expect(seen).toEqual(expected());
});

test('another journal on the same root, and one whose beginning is gone, are said', async () => {
  appendFileSync(join(folder, 'overwatch.log'), 'of another journal #9999\n');
  const { log } = follow(day.length);
  log.begin();
  await log.close();
  expect(linesIn(folder, 'overwatch.log').slice(1)).toEqual([
    '2025-11-09 [23:00:00] The journal begins anew #0',
    ...expected(),
  ]);
});

test.skipIf(smallDiskMissing() !== null)(
  'a disk that refuses holds nothing up, and what is missing comes later',
  async () => {
    const disk = smallDisk();
    undo.push(() => disk.remove());
    const { log, tell, state } = follow(30, { place: disk.folder });
    undo.push(() => log.close());
    log.begin();
    await waitFor(
      'the beginning',
      () => existsSync(join(disk.folder, 'overwatch.log')) && everything(disk.folder).length > 0,
    );
    disk.fill();
    const { size } = statSync(join(disk.folder, 'overwatch.log'));
    expect(size).toBeGreaterThan(0);
    tell(day.length);
    await waitFor('the trouble is said', () => state.said.length > 0);
    disk.free();
    await waitFor('all of it', () => everything(disk.folder).length >= expected().length, {
      seen: () => everything(disk.folder).length,
    });
    expect(everything(disk.folder)).toEqual(expected());
    await waitFor('that it is well', () => state.said.length > 1);
    expect(state.said).toEqual([
      expect.stringContaining('overwatch.log cannot be written, agents are not concerned: Error: ENOSPC'),
      expect.stringContaining('is written again'),
    ]);
  },
);

test.skipIf(process.platform === 'win32')(
  'a pipe or a link in its place is neither waited for nor followed, and says so',
  async () => {
    const path = join(folder, 'overwatch.log');
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'of somebody else\n');
    for (const put of [() => execFileSync('mkfifo', [path]), () => symlinkSync(elsewhere, path)]) {
      put();
      const files = new OverwatchFiles(path);
      await expect(files.lastTold()).rejects.toThrow(/is no regular file|ELOOP/);
      rmSync(path);
    }
    expect(readFileSync(elsewhere, 'utf8')).toBe('of somebody else\n');
    const { log, tell, state } = follow(0);
    execFileSync('mkfifo', [path]);
    log.begin();
    tell(50);
    await waitFor('it says so', () => state.said.length > 0);
    await log.close(); // Nothing that it would wait for.
    expect(state.said[0]).toContain('is no regular file');
  },
);
