import { appendFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeBase, encodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import { readJournal } from '../../../main/coordinator/ledger/journal-read.ts';
import { segmentPath } from '../../../main/coordinator/ledger/segments.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet, fleet } from '../../../protocol/fleet.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import type { Result } from '../../../protocol/failures.ts';
import { failureIn, valueOf } from '../../rig/result.ts';
import { someEvents } from './some-events.ts';
import { temporaryFolder } from './temporary-folder.ts';

const textOf = (events: readonly Sequenced[]): string => events.map(encodeLine).join('');
const foldAll = (events: readonly Sequenced[]): Fleet => events.reduce(fleet, emptyFleet);

interface Read {
  readonly result: Result<number>;
  readonly events: readonly Sequenced[];
}

function read(folder: string, afterSeq = 0): Read {
  const events: Sequenced[] = [];
  const result = readJournal(folder, afterSeq, { event: (event) => events.push(event), base: () => undefined });
  return { result, events };
}

/** A journal of these events in one segment; its path. */
function journalOf(events: readonly Sequenced[]): { folder: string; path: string } {
  const folder = temporaryFolder();
  const path = segmentPath(folder, events[0]?.seq ?? 1);
  writeFileSync(path, textOf(events));
  return { folder, path };
}

const keptAside = (folder: string): string[] => readdirSync(folder).filter((name) => name.includes('.torn-'));

describe('a torn tail', () => {
  test('case 21: is cut and kept aside wherever in the last record it tears, and all before it is kept', () => {
    const events = someEvents(50, 1);
    const whole = Buffer.from(textOf(events));
    const start = Buffer.byteLength(textOf(events.slice(0, 49)));
    const { folder, path } = journalOf(events);
    for (let end = start + 1; end < whole.length; end++) {
      writeFileSync(path, whole.subarray(0, end));
      const { result, events: kept } = read(folder);
      expect(valueOf(result)).toBe(49);
      expect(kept).toHaveLength(49);
      expect(readFileSync(path).equals(whole.subarray(0, start))).toBe(true);
      expect(readFileSync(`${path}.torn-${start}-${end}`).equals(whole.subarray(start, end))).toBe(true);
    }
    expect(keptAside(folder)).toHaveLength(whole.length - start - 1);
  });

  test('case 24: of 4,096 zero bytes is cut', () => {
    const events = someEvents(50);
    const { folder, path } = journalOf(events);
    const before = readFileSync(path);
    appendFileSync(path, Buffer.alloc(4096));
    expect(valueOf(read(folder).result)).toBe(50);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(keptAside(folder)).toHaveLength(1);
  });

  test('is cut once: the next reading finds nothing to cut', () => {
    const { folder, path } = journalOf(someEvents(3));
    truncateSync(path, readFileSync(path).length - 5);
    expect(valueOf(read(folder).result)).toBe(2);
    expect(valueOf(read(folder).result)).toBe(2);
    expect(keptAside(folder)).toHaveLength(1);
  });
});

describe('damage', () => {
  test('case 22: of any bit of a record in the middle is said with file and place, and nothing is changed', () => {
    const events = someEvents(50);
    const { folder, path } = journalOf(events);
    const whole = readFileSync(path);
    const offset = Buffer.byteLength(textOf(events.slice(0, 19)));
    const length = Buffer.byteLength(encodeLine(events[19] as Sequenced));
    // Also its line end, which joins it with the record after it.
    for (let at = offset; at < offset + length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(path, flipped);
      const { code, message, details } = failureIn(read(folder).result);
      expect(code).toBe('STORAGE_UNAVAILABLE');
      expect(details).toEqual({ reason: 'journal_damaged', file: path, offset });
      expect(message).toContain(`${path} at byte ${offset}`);
      expect(readFileSync(path).equals(flipped)).toBe(true);
    }
    expect(keptAside(folder)).toEqual([]);
  });

  test('at the end of a segment that is not the newest is damage, not a torn tail', () => {
    const { folder, path } = journalOf(someEvents(4));
    writeFileSync(segmentPath(folder, 5), textOf(someEvents(4, 5)));
    truncateSync(path, readFileSync(path).length - 1);
    expect(failureIn(read(folder).result).details).toMatchObject({ file: path });
    expect(keptAside(folder)).toEqual([]);
  });

  test('is a record that is missing, though all others are whole', () => {
    const events = someEvents(10).filter(({ seq }) => seq !== 5);
    const { folder } = journalOf(events);
    expect(failureIn(read(folder).result).details?.['offset']).toBe(Buffer.byteLength(textOf(events.slice(0, 4))));
  });
});

describe('what is gone from the beginning of the newest segment', () => {
  const five = toSnapshot(foldAll(someEvents(5)));
  const base = encodeBase(five);
  const flipped = base.replace('"accepted"', '"accepteb"');

  test.each([
    ['a base with a wrong bit', flipped],
    ['a base that is cut', base.slice(0, -20)],
    ['a record after one that is not there', textOf(someEvents(1, 6))],
    ['half of such a record', textOf(someEvents(1, 6)).slice(0, -20)],
    ['nothing at all', ''],
  ])('%s: is damage, and nothing is cut', (_, text) => {
    const folder = temporaryFolder();
    const path = segmentPath(folder, 6);
    writeFileSync(path, text);
    expect(failureIn(read(folder).result).details?.['reason']).toBe('journal_damaged');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(keptAside(folder)).toEqual([]);
  });

  test('a damaged base is said, though the snapshot makes it unnecessary', () => {
    const folder = temporaryFolder();
    writeFileSync(segmentPath(folder, 6), flipped);
    expect(failureIn(read(folder, 5).result).details?.['reason']).toBe('journal_damaged');
  });

  test('a torn record behind a whole base is cut', () => {
    const folder = temporaryFolder();
    writeFileSync(segmentPath(folder, 6), `${base}${textOf(someEvents(2, 6)).slice(0, -20)}`);
    expect(valueOf(read(folder).result)).toBe(6);
    expect(readFileSync(segmentPath(folder, 6), 'utf8')).toBe(`${base}${textOf(someEvents(1, 6))}`);
  });

  test('a snapshot that knows of it needs none of it', () => {
    const folder = temporaryFolder();
    writeFileSync(segmentPath(folder, 6), '');
    expect(valueOf(read(folder, 5).result)).toBe(5);
  });
});

describe('what is whole', () => {
  test('is read in order over several segments, whatever else lies in the folder', () => {
    const { folder } = journalOf(someEvents(4));
    writeFileSync(segmentPath(folder, 5), textOf(someEvents(3, 5)));
    writeFileSync(segmentPath(folder, 8), textOf(someEvents(2, 8)));
    writeFileSync(join(folder, '00000008.jsonl.torn-1-2'), 'nonsense');
    writeFileSync(join(folder, 'notes.txt'), 'nonsense');
    const { result, events } = read(folder);
    expect(valueOf(result)).toBe(9);
    expect(events).toEqual(someEvents(9));
  });

  test.each([0, 3, 4, 6, 9])('after record %i begins with the next one', (after) => {
    const { folder } = journalOf(someEvents(4));
    writeFileSync(segmentPath(folder, 5), textOf(someEvents(5, 5)));
    const { result, events } = read(folder, after);
    expect(valueOf(result)).toBe(9);
    expect(events).toEqual(someEvents(9 - after, after + 1));
  });

  test('case 23: folds to the same when its last records stand there twice', () => {
    const events = someEvents(50);
    const { folder, path } = journalOf(events);
    appendFileSync(path, textOf(events.slice(-3)));
    const { result, events: seen } = read(folder);
    expect(valueOf(result)).toBe(50);
    expect(toSnapshot(foldAll(seen))).toEqual(toSnapshot(foldAll(events)));
  });

  test('may be nothing: no segment, or an empty one', () => {
    const folder = temporaryFolder();
    expect(valueOf(read(folder).result)).toBe(0);
    writeFileSync(segmentPath(folder, 1), '');
    expect(valueOf(read(folder).result)).toBe(0);
  });
});
