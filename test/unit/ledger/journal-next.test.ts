/** The moment between two segments: the next one has its name already, and something is in the way. */
import type * as FileSystem from 'node:fs';
import { readdirSync } from 'node:fs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { restore } from '../../../main/coordinator/ledger/restore.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { acceptance } from './some-events.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Opening this path fails as when no descriptor is free. */
const none = vi.hoisted(() => ({ path: '' }));
vi.mock('node:fs', async (importActual) => {
  const fs = await importActual<typeof FileSystem>();
  return {
    ...fs,
    openSync: (...given: Parameters<typeof fs.openSync>) => {
      if (given[0] !== none.path) return fs.openSync(...given);
      throw Object.assign(new Error('EMFILE: too many open files, open'), { code: 'EMFILE', syscall: 'open' });
    },
  };
});
afterEach(() => {
  none.path = '';
});

const large = (n: number): ZiggieEvent => ({ ...acceptance(n), prompt: 'x'.repeat(9 * 1024 * 1024) }) as ZiggieEvent;

describe('what is acknowledged is found again', () => {
  test('when the next segment was made and its name could not be synced', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    await ledger.commit([large(1)]);
    none.path = folder; // The last descriptor goes to the segment itself.
    await expect(ledger.commit([acceptance(2)])).rejects.toThrow(JournalError);
    none.path = '';
    await ledger.commit([acceptance(3)]);
    await journal.close();
    expect(readdirSync(folder)).toEqual(['00000001.jsonl', '00000002.jsonl']);
    expect(restore(folder, emptyFleet)).toMatchObject({ damage: null });
    expect(toSnapshot(restore(folder, emptyFleet).fleet)).toEqual(toSnapshot(ledger.current));
  });

  test('when the next segment could not be made: the full one grows', async () => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    await ledger.commit([large(1)]);
    none.path = `${folder}/00000002.jsonl`;
    await ledger.commit([acceptance(2)]);
    await journal.close();
    expect(readdirSync(folder)).toEqual(['00000001.jsonl']);
    expect(toSnapshot(restore(folder, emptyFleet).fleet)).toEqual(toSnapshot(ledger.current));
  });

  test.each([
    ['its name could not be synced', ''],
    ['it could not be opened', '/00000002.jsonl'],
  ])('when a segment with the whole fleet is there and %s', async (_, name) => {
    const folder = temporaryFolder();
    const journal = Journal.open(folder, 1);
    const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    await ledger.commit([acceptance(1)]);
    none.path = `${folder}${name}`;
    await expect(ledger.rebase()).rejects.toThrow(/EMFILE/);
    none.path = '';
    await ledger.commit([acceptance(2)]);
    await journal.close();
    const { fleet: found, damage } = restore(folder, emptyFleet);
    expect(damage).toBeNull();
    expect(toSnapshot(found)).toEqual(toSnapshot(ledger.current));
  });
});
