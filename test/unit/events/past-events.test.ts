import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mostPastEvents, PastEvents } from '../../../main/coordinator/events/past-events.ts';
import { encodeBase, encodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import { segmentPath } from '../../../main/coordinator/ledger/segments.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { someEvents } from '../ledger/some-events.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'ziggie-past-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const write = (first: number, events: readonly Sequenced[], base = ''): void =>
  writeFileSync(segmentPath(folder, first), base + events.map(encodeLine).join(''));
const past = (durable: number): PastEvents => new PastEvents(folder, () => durable);
const numbers = (events: readonly Sequenced[] | null): number[] | null => events && events.map(({ seq }) => seq);
const upTo = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index + 1);

test('is read over segments, to the last that is durable and no further, without prompts', async () => {
  write(1, someEvents(10));
  write(11, someEvents(10, 11));
  write(21, someEvents(10, 21));
  expect(numbers(await past(25).since(7))).toEqual(upTo(7, 25));
  expect(numbers(await past(25).since(20))).toEqual(upTo(20, 25));
  expect(numbers(await past(25).since(0))).toEqual(upTo(0, 25));
  expect(await past(25).since(25)).toEqual([]);
  const [, , third] = (await past(25).since(0)) ?? [];
  expect(third?.event).toMatchObject({ type: 'agent_accepted', prompt: null });
});

test('what a retired segment holds beyond its end was never acknowledged', async () => {
  const failed = someEvents(5, 8).map(
    ({ seq }) => ({ seq, event: { type: 'coordinator_stopped', at: '', reason: 'never' } }) as const,
  );
  write(1, [...someEvents(7), ...failed]);
  write(8, someEvents(5, 8));
  const events = await past(12).since(3);
  expect(numbers(events)).toEqual(upTo(3, 12));
  expect(JSON.stringify(events)).not.toContain('never');
});

test('an end that is being written, or torn, is not taken', async () => {
  write(1, someEvents(6));
  appendFileSync(segmentPath(folder, 1), encodeLine(someEvents(1, 7)[0] as Sequenced).slice(0, 30));
  expect(numbers(await past(6).since(2))).toEqual(upTo(2, 6));
});

test('what retention folded into a base, or too much, or a gap, or a place not reached yet is null', async () => {
  write(21, someEvents(10, 21), encodeBase({ ...toSnapshot(emptyFleet), seq: 20 }));
  expect(numbers(await past(30).since(20))).toEqual(upTo(20, 30));
  expect(await past(30).since(19)).toBeNull();
  expect(await past(30).since(31)).toBeNull();
  expect(await past(mostPastEvents + 21).since(20)).toBeNull();
  write(21, [...someEvents(4, 21), ...someEvents(4, 26)]);
  expect(await past(29).since(20)).toBeNull();
});

test('a base in the middle of what is asked for is passed over', async () => {
  write(1, someEvents(20));
  write(21, someEvents(10, 21), encodeBase({ ...toSnapshot(emptyFleet), seq: 20 }));
  expect(numbers(await past(30).since(5))).toEqual(upTo(5, 30));
});

test('a damaged record ends what can be told', async () => {
  write(1, someEvents(9));
  const path = segmentPath(folder, 1);
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[5] = lines[5]?.replace('"', "'") ?? '';
  writeFileSync(path, lines.join('\n'));
  expect(await past(9).since(2)).toBeNull();
  expect(numbers(await past(9).since(6))).toEqual([7, 8, 9]);
});

test('a folder that cannot be read is null, and nothing is changed by reading', async () => {
  write(1, someEvents(9));
  appendFileSync(segmentPath(folder, 1), 'v1 10 torn');
  const before = readFileSync(segmentPath(folder, 1));
  await past(9).since(0);
  expect(readFileSync(segmentPath(folder, 1)).equals(before)).toBe(true);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(await new PastEvents(join(folder, 'gone'), () => 9).since(0)).toBeNull();
});

test('clients that ask at once, for places of their own, each get theirs', async () => {
  write(1, someEvents(300));
  const reader = past(300);
  const places = [120, 250, 0, 299, 120, 300, 77];
  const answers = await Promise.all(places.map((since) => reader.since(since)));
  expect(answers.map(numbers)).toEqual(places.map((since) => upTo(since, 300)));
});
