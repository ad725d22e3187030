import type * as FileSystem from 'node:fs';
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { readJournal } from '../../../main/coordinator/ledger/journal-read.ts';
import { encodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import { restore } from '../../../main/coordinator/ledger/restore.ts';
import { segmentPath } from '../../../main/coordinator/ledger/segments.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { valueOf } from '../../rig/result.ts';
import { acceptance, someEvents } from './some-events.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The real call, counted: each one is a wait for the disk. */
const syncs = vi.hoisted(() => ({ count: 0, fds: [] as number[] }));
vi.mock('node:fs', async (importActual) => {
  const fs = await importActual<typeof FileSystem>();
  return {
    ...fs,
    fdatasync: (...given: Parameters<typeof fs.fdatasync>) => {
      syncs.count += 1;
      syncs.fds.push(given[0]);
      fs.fdatasync(...given);
    },
  };
});

afterEach(() => {
  syncs.count = 0;
  syncs.fds = [];
});

function eventsIn(folder: string): Sequenced[] {
  const events: Sequenced[] = [];
  valueOf(readJournal(folder, 0, { event: (event) => events.push(event), base: () => undefined }));
  return events;
}

/** The descriptor of this process that has the file open. */
function descriptorOf(path: string): number {
  const found = readdirSync('/proc/self/fd').find((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // The descriptor of this listing itself.
    }
  });
  if (found === undefined) throw new Error(`${path} is not open`);
  return Number(found);
}

/** Puts a disk that is full under the journal's open descriptor. */
function fillDisk(path: string): void {
  const fd = descriptorOf(path);
  closeSync(fd);
  // A new descriptor gets the lowest free number, which may be another one first.
  const opened = [openSync('/dev/full', constants.O_WRONLY)];
  while (opened.at(-1) !== fd) opened.push(openSync('/dev/full', constants.O_WRONLY));
  for (const other of opened.slice(0, -1)) closeSync(other);
}

describe('appending', () => {
  test('a thousand at once is durable, in order, and shares a few waits for the disk', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const order: number[] = [];
    await Promise.all(someEvents(1000).map((event) => journal.append([event]).then(() => order.push(event.seq))));
    expect(order).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    expect(eventsIn(folder)).toEqual(someEvents(1000));
    expect(syncs.count).toBeLessThanOrEqual(3);
    await journal.close();
  });

  test('waits for the disk each time when one follows the other', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    for (const event of someEvents(10)) await journal.append([event]);
    expect(syncs.count).toBe(10);
    expect(eventsIn(folder)).toHaveLength(10);
    await journal.close();
  });

  test('nothing takes no wait', async () => {
    const journal = Journal.open(temporaryFolder(), 1);
    await journal.append([]);
    expect(syncs.count).toBe(0);
    await journal.close();
  });

  test('goes on after what is there', async () => {
    const folder = temporaryFolder();
    const first = Journal.open(folder, 1);
    await first.append(someEvents(3));
    await first.close();
    const second = Journal.open(folder, 4);
    await second.append(someEvents(2, 4));
    await second.close();
    expect(readdirSync(folder)).toEqual(['00000001.jsonl']);
    expect(eventsIn(folder)).toEqual(someEvents(5));
  });

  test('begins a new segment after 8 MiB, named after its first record', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const large = { ...acceptance(1), prompt: 'x'.repeat(3 * 1024 * 1024) } as Sequenced['event'];
    for (let seq = 1; seq <= 4; seq++) await journal.append([{ seq, event: large }]);
    await journal.close();
    expect(readdirSync(folder)).toEqual(['00000001.jsonl', '00000004.jsonl']);
    expect(eventsIn(folder).map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  test('to a closed journal is refused, and close waits for what is under way', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const underWay = journal.append(someEvents(1));
    await journal.close();
    await underWay;
    await expect(journal.append(someEvents(1, 2))).rejects.toThrow(JournalError);
    expect(eventsIn(folder)).toEqual(someEvents(1));
  });
});

describe.skipIf(process.platform !== 'linux')('a disk that refuses', () => {
  test('rejects all that wait, and the next append goes on in a new segment', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    await journal.append(someEvents(1));
    fillDisk(segmentPath(folder, 1));
    const together = await Promise.allSettled([journal.append(someEvents(1, 2)), journal.append(someEvents(1, 3))]);
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(journal.failure?.message).toContain('cannot be written: ENOSPC');
    expect(eventsIn(folder)).toEqual(someEvents(1));
    await journal.append(someEvents(2, 2));
    expect(journal.failure).toBeNull();
    expect(readdirSync(folder)).toEqual(['00000001.jsonl', '00000002.jsonl']);
    expect(eventsIn(folder)).toEqual(someEvents(3));
    await journal.close();
  });

  test('refuses what was planned on events that were refused', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    fillDisk(segmentPath(folder, 1));
    await expect(journal.append(someEvents(2))).rejects.toThrow(/ENOSPC/);
    await expect(journal.append(someEvents(1, 3))).rejects.toThrow(/planned on events/);
    await journal.append(someEvents(1));
    expect(eventsIn(folder)).toEqual(someEvents(1));
    await journal.close();
  });

  test('case 29: never syncs a descriptor again whose sync failed, and the record counts once or never', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const fd = descriptorOf(segmentPath(folder, 1));
    closeSync(fd);
    // A pipe takes the bytes and cannot be synced.
    const pipe = openSync(await fifo(join(folder, 'pipe')), constants.O_RDWR);
    expect(pipe).toBe(fd);
    await expect(journal.append(someEvents(1))).rejects.toThrow(/cannot be written: EINVAL/);
    expect(syncs.fds).toEqual([fd]);
    const other = openSync('/dev/null', constants.O_RDONLY); // Takes the number, so that a later use of it would show.
    expect(other).toBe(fd);
    await journal.append(someEvents(1));
    expect(syncs.fds).toHaveLength(2);
    expect(syncs.fds[1]).not.toBe(fd);
    expect(eventsIn(folder)).toEqual(someEvents(1));
    closeSync(other);
    await journal.close();
  });

  test('what stands behind the last durable record of a retired segment counts for nothing', () => {
    const folder = temporaryFolder();
    // The cut after the failed sync failed, too: the old segment still holds records 3 and 4, and half of 5.
    const old = someEvents(5).map(encodeLine).join('');
    writeFileSync(segmentPath(folder, 1), old.slice(0, -10));
    const replaced = [acceptance(77), acceptance(78)].map((event, index) => ({ seq: 3 + index, event }));
    writeFileSync(segmentPath(folder, 3), replaced.map(encodeLine).join(''));
    expect(eventsIn(folder)).toEqual([...someEvents(2), ...replaced]);
    expect(readFileSync(segmentPath(folder, 1), 'utf8')).toBe(old.slice(0, -10));
  });

  test('leaves nothing of it in the ledger: pending forgets, nobody is told', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const hub = new EventHub(() => undefined);
    const told: number[] = [];
    hub.subscribe(({ seq }) => told.push(seq));
    const ledger = new Ledger(emptyFleet, journal, hub);
    await ledger.commit([acceptance(1)]);
    fillDisk(segmentPath(folder, 1));
    const refused = ledger.commit([acceptance(2)]);
    expect(ledger.pending.agents.size).toBe(2);
    expect(ledger.current.agents.size).toBe(1);
    await expect(refused).rejects.toThrow(JournalError);
    expect(ledger.pending).toBe(ledger.current);
    expect(ledger.current.agents.size).toBe(1);
    expect(told).toEqual([1]);
    await ledger.commit([acceptance(3)]);
    expect(eventsIn(folder).map(({ event }) => event)).toEqual([acceptance(1), acceptance(3)]);
    expect(told).toEqual([1, 2]);
    await journal.close();
  });

  test('a fact waits until the journal takes it; what only wants to happen is refused', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    await ledger.commit([acceptance(1)]);
    fillDisk(segmentPath(folder, 1));
    const wish = ledger.commit([acceptance(2)]);
    const fact = ledger.commitFact([acceptance(3)]);
    await expect(wish).rejects.toThrow(JournalError);
    const order: string[] = [];
    void ledger.whenWritable().then(() => order.push('writable'));
    await ledger.commit([acceptance(4)]);
    await fact;
    expect(order).toEqual(['writable']);
    expect(ledger.current.accepted).toBe(4);
    expect(eventsIn(folder).map(({ event }) => event)).toEqual([acceptance(1), acceptance(4), acceptance(3)]);
    await journal.close();
    await expect(ledger.commitFact([acceptance(5)])).rejects.toThrow(/closed/);
  });

  test('commits that were planned before a failure do not undo what comes after it', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    fillDisk(segmentPath(folder, 1));
    const early = [ledger.commit([acceptance(1)]), ledger.commit([acceptance(2)])];
    const late = early[0]?.catch(() => ledger.commit([acceptance(3)]));
    expect((await Promise.allSettled(early)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await late;
    expect([...ledger.current.agents.keys()]).toEqual(['agent_20251109_143000_3']);
    expect(ledger.pending).toBe(ledger.current);
    await journal.close();
  });
});

describe('a segment that begins with the whole fleet', () => {
  test('makes those before it unnecessary, and numbers go on', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    await ledger.commit([acceptance(1), acceptance(2)]);
    const [base] = await Promise.all([ledger.rebase(), ledger.commit([acceptance(3)])]);
    expect(base).toBe(3);
    await journal.close();
    expect(readdirSync(folder)).toEqual(['00000001.jsonl', '00000003.jsonl']);
    const before = restore(folder, emptyFleet);
    rmSync(segmentPath(folder, 1));
    const after = restore(folder, emptyFleet);
    expect(after.damage).toBeNull();
    expect(toSnapshot(after.fleet)).toEqual(toSnapshot(ledger.current));
    expect(toSnapshot(before.fleet)).toEqual(toSnapshot(ledger.current));
  });

  test('is kept when the first write after it fails', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    await ledger.commit([acceptance(1)]);
    await ledger.rebase();
    rmSync(segmentPath(folder, 1));
    fillDisk(segmentPath(folder, 2));
    await expect(ledger.commit([acceptance(2)])).rejects.toThrow(/ENOSPC/);
    await ledger.commit([acceptance(3)]);
    await journal.close();
    const { fleet: found, damage } = restore(folder, emptyFleet);
    expect(damage).toBeNull();
    expect([...found.agents.keys()]).toEqual(['agent_20251109_143000_1', 'agent_20251109_143000_3']);
  });
});

describe('the ledger', () => {
  test('numbers what is committed together and at once, tells it in order, and holds what the journal holds', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const hub = new EventHub(() => undefined);
    const ledger = new Ledger(emptyFleet, journal, hub);
    const told: Sequenced[] = [];
    hub.subscribe((event) => {
      expect(ledger.current.seq).toBe(event.seq);
      told.push(event);
    });
    const commits = Array.from({ length: 50 }, (_, index) =>
      ledger.commit([acceptance(2 * index + 1), acceptance(2 * index + 2)]),
    );
    expect(ledger.pending.accepted).toBe(100);
    expect(ledger.current.accepted).toBe(0);
    await Promise.all(commits);
    expect(ledger.current.accepted).toBe(100);
    expect(told.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(readFileSync(segmentPath(folder, 1), 'utf8').trimEnd().split('\n')).toHaveLength(100);
    expect(eventsIn(folder)).toEqual(told);
    await journal.close();
  });
});

async function fifo(path: string): Promise<string> {
  const { execFileSync } = await import('node:child_process');
  execFileSync('mkfifo', [path]);
  return path;
}
