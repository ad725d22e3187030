import type * as FileSystem from 'node:fs';
import { closeSync, constants, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { readJournal } from '../../../main/coordinator/ledger/journal-read.ts';
import { segmentPath } from '../../../main/coordinator/ledger/segments.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { valueOf } from '../../rig/result.ts';
import { acceptance, someEvents } from './some-events.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The real call, counted: each one is a wait for the disk. */
const syncs = vi.hoisted(() => ({ count: 0 }));
vi.mock('node:fs', async (importActual) => {
  const fs = await importActual<typeof FileSystem>();
  return {
    ...fs,
    fdatasync: (...given: Parameters<typeof fs.fdatasync>) => {
      syncs.count += 1;
      fs.fdatasync(...given);
    },
  };
});

afterEach(() => {
  syncs.count = 0;
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
  const full = openSync('/dev/full', constants.O_WRONLY);
  if (full !== fd) throw new Error(`/dev/full became ${full}, not ${fd}`);
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
  test('rejects this append and those after it, and nothing is written any more', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    await journal.append(someEvents(1));
    fillDisk(segmentPath(folder, 1));
    const together = await Promise.allSettled([journal.append(someEvents(1, 2)), journal.append(someEvents(1, 3))]);
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(journal.append(someEvents(1, 2))).rejects.toThrow(/cannot be written: ENOSPC/);
    expect(journal.failure?.message).toContain('ENOSPC');
    expect(eventsIn(folder)).toEqual(someEvents(1));
    await journal.close();
  });

  test('never syncs a descriptor again whose sync failed (case 29)', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const fd = descriptorOf(segmentPath(folder, 1));
    closeSync(fd);
    // A pipe takes the bytes and cannot be synced.
    const pipe = openSync(await fifo(join(folder, 'pipe')), constants.O_RDWR);
    expect(pipe).toBe(fd);
    await expect(journal.append(someEvents(1))).rejects.toThrow(/cannot be written: EINVAL/);
    const before = syncs.count;
    await expect(journal.append(someEvents(1))).rejects.toThrow(JournalError);
    expect(syncs.count).toBe(before);
    await journal.close();
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
    await journal.close();
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
