/** The history of what agents used, under a clock of the test's own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { History } from '../../../main/coordinator/samples/history.ts';
import { type HistoryRange, type UsageHistory, usageHistorySchema } from '../../../protocol/measures.ts';
import { noDay } from '../../../protocol/spending.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const begin = Date.parse('2026-11-25T10:00:00.000Z');
const all = (): boolean => true;

function coordinatorTime(startMs = begin) {
  const time = { ms: startMs };
  const path = join(temporaryFolder(), 'samples.bin');
  const lines: string[] = [];
  const clock = { now: () => new Date(time.ms).toISOString(), monotonic: () => time.ms };
  const open = (day = noDay, anyRuns = false, totals: Parameters<History['begin']>[2] = []): History => {
    const history = new History({ path, clock, log: (line) => lines.push(line) });
    history.begin(day, anyRuns, totals);
    onTestFinished(() => history.close());
    return history;
  };
  /** One look at all agents. */
  const look = (history: History, used: Record<string, [cpu: number | null, memory: number | null]>): void => {
    for (const [id, [cpuPercent, memoryMb]] of Object.entries(used)) {
      history.onSample(id, { at: clock.now(), cpuPercent, memoryMb, processes: 1 });
    }
    history.onLook();
  };
  /** Looks every two seconds for so long, and then one step more. */
  const run = (history: History, seconds: number, used: Parameters<typeof look>[1]): void => {
    for (let passed = 0; passed < seconds; passed += 2) {
      look(history, used);
      time.ms += 2000;
    }
  };
  return { time, path, lines, open, look, run };
}

const columnsOf = (history: UsageHistory, id: string) => history.agents.find(({ agent_id }) => agent_id === id);
const read = (history: History, range: HistoryRange): UsageHistory =>
  usageHistorySchema.parse(history.read(range, all, true));
/** At its place in the whole range. */
function placed({ buckets }: UsageHistory, first: number, column: readonly (number | null)[]): (number | null)[] {
  return Array.from({ length: buckets }, (_, at) => column[at - first] ?? null);
}

test('each tier has averages, peaks and the part of the bucket that was measured', () => {
  const { open, look, run, time } = coordinatorTime();
  const history = open();
  look(history, { a: [null, 100] }); // The first look of a run tells no use yet.
  time.ms += 2000;
  run(history, 298, { a: [10, 100] });
  run(history, 300, { a: [50, 200] });
  const fine = read(history, '5m');
  expect(fine).toMatchObject({ bucket_seconds: 2, buckets: 150 });
  expect(fine.watched.every((part) => part === 1)).toBe(true);
  const ofFine = columnsOf(fine, 'a');
  expect(ofFine?.covered).toBeUndefined();
  expect(new Set(ofFine?.cpu_percent.slice(2))).toEqual(new Set([50]));
  const coarse = columnsOf(read(history, '24h'), 'a');
  expect(coarse).toMatchObject({
    cpu_percent: [10, 50],
    cpu_percent_peak: [10, 50],
    memory_mb: [100, 200],
    covered: [1, 1],
  });
  const middle = read(history, '1h');
  expect(middle.from).toBe('2026-11-25T09:10:20.000Z');
  expect(columnsOf(middle, 'a')?.cpu_percent).toEqual([...Array(15).fill(10), ...Array(15).fill(50)]);
});

test('a short life in a long bucket counts for the time it had', () => {
  const { open, look, run, time } = coordinatorTime();
  const history = open();
  look(history, { a: [null, 60], b: [null, 1] });
  time.ms += 2000;
  run(history, 28, { a: [100, 60], b: [0, 1] });
  run(history, 270, { b: [0, 1] });
  expect(columnsOf(read(history, '24h'), 'a')).toMatchObject({ cpu_percent: [100], covered: [0.1] });
});

test('looks that come slowly leave no holes, a long silence does', () => {
  const { open, look, time } = coordinatorTime();
  const history = open();
  for (const [seconds, cpu] of [
    [0, null],
    [10, 30],
    [10, 40],
    [100, 50],
    [4, 50],
  ] as const) {
    time.ms += seconds * 1000;
    look(history, { a: [cpu, 5] });
  }
  const fine = read(history, '5m');
  const a = columnsOf(fine, 'a');
  const cpu = a?.cpu_percent ?? [];
  expect(cpu.slice(0, 11)).toEqual([null, 30, 30, 30, 30, 30, 40, 40, 40, 40, 40]);
  expect(cpu.slice(11, 60).every((value) => value === null)).toBe(true);
  expect(cpu.slice(60)).toEqual([50, 50]); // The newest bucket may be half: it is left out.
});

test('a restart keeps what was, and the time between is a gap and not nought', async () => {
  const { open, look, run, time } = coordinatorTime();
  const before = open();
  run(before, 60, { ended: [20, 40], lives: [10, 10] });
  await before.close();
  time.ms += 60_000;
  const after = open(noDay, true);
  time.ms += 3000; // Its first look comes later, and tells no processor use.
  look(after, { lives: [null, 10] });
  time.ms += 2000;
  run(after, 60, { lives: [30, 10] });
  const fine = read(after, '5m');
  const ended = columnsOf(fine, 'ended');
  const lives = columnsOf(fine, 'lives');
  const row = placed(fine, lives?.first ?? 0, lives?.cpu_percent ?? []);
  const phases = (values: readonly unknown[]): unknown[] => values.filter((value, at) => value !== values[at - 1]);
  // Where it was watched there is a value, and where there is none it is a gap: never a nought.
  expect(phases(row)).toEqual([null, 10, null, 30]);
  expect(phases(fine.watched)).toEqual([0, 1, 0, 1]);
  const known = fine.watched.map((part, at) => part > 0 && row[at] !== null);
  expect(fine.watched.map((part) => part > 0)).toEqual(known);
  expect(row.filter((value) => value === 10)).toHaveLength(30);
  expect(row.filter((value) => value === null).length).toBeGreaterThan(60);
  expect(ended?.cpu_percent.at(-1)).toBe(20);
  expect(ended?.memory_mb.at(-1)).toBe(40);
  time.ms += 25 * 60 * 60 * 1000;
  expect(read(after, '24h').agents).toEqual([]);
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length - 5)],
  [
    'with a bit that has flipped',
    (bytes: Buffer) => bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 4 : byte)),
  ],
  ['without a head', () => Buffer.from('no head at all')],
  ['empty', () => Buffer.alloc(0)],
  [
    'of another version',
    (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replace('"version":1', '"version":2'), 'latin1'),
  ],
])('a file that is %s is a gap, and the next one is good again', async (_, damage) => {
  const { open, run, path, lines } = coordinatorTime();
  const first = open();
  run(first, 20, { a: [20, 40] });
  await first.close();
  writeFileSync(path, damage(readFileSync(path)));
  const second = open();
  expect(read(second, '1h').agents).toEqual([]);
  expect(lines.join()).toContain('charts begin anew');
  run(second, 20, { b: [20, 40] });
  await second.close();
  expect(read(open(), '1h').agents.map(({ agent_id }) => agent_id)).toEqual(['b']);
});

test('a process that slept, and a clock that was put back, leave gaps and no nonsense', () => {
  const { open, run, time } = coordinatorTime();
  const history = open();
  run(history, 20, { a: [20, 40] });
  time.ms += 40_000;
  history.onGap(40);
  run(history, 20, { a: [30, 40] });
  const { watched } = read(history, '5m');
  expect(watched.slice(watched.indexOf(1)).filter((part) => part === 0).length).toBeGreaterThan(17);
  time.ms -= 10_000;
  run(history, 8, { a: [70, 40] });
  time.ms += 10_000;
  history.onLook(); // Nobody is left.
  const row = columnsOf(read(history, '5m'), 'a')?.cpu_percent.slice(-8) ?? [];
  expect(row).toEqual([30, 30, 30, 30, 70, 70, 70, 70]);
  time.ms -= 3_600_000;
  run(history, 20, { a: [80, 40] });
  expect(new Set(columnsOf(read(history, '5m'), 'a')?.cpu_percent)).toEqual(new Set([80]));
});

test('what was spent is told in the bucket in which it became known, once, across a restart and midnight', async () => {
  const { open, time } = coordinatorTime(Date.parse('2026-11-25T23:58:00.000Z'));
  const day = (date: string, tokens: number, cost_usd: number) => ({ ...noDay, date, tokens, cost_usd });
  const first = open(day('2026-11-25', 1000, 1));
  first.onSpent(day('2026-11-25', 1500, 1.5));
  await first.close();
  const second = open(day('2026-11-25', 1600, 1.5)); // A hundred more than the file knows.
  time.ms += 4 * 60 * 1000;
  second.onSpent(day('2026-11-26', 30, 0.25));
  const spent = read(second, '24h').spent;
  expect(spent?.tokens.filter((tokens) => tokens > 0)).toEqual([600, 30]);
  expect(spent?.cost_usd.filter((cost) => cost > 0)).toEqual([0.5, 0.25]);
});

test('what each agent spent is told in the bucket in which it became known, once, of whom it is asked, across a restart', async () => {
  const { open, time } = coordinatorTime();
  const total = (agentId: string, tokens: number, cost_usd: number, before = { tokens: 0, cost_usd: 0 }) => ({
    agentId,
    tokens,
    cost_usd,
    before,
  });
  const first = open(noDay, false, [total('old', 900, 9)]);
  first.onSpent(noDay, total('new', 500, 0.5));
  time.ms += 20_000;
  first.onSpent(noDay, total('new', 700, 0.5));
  first.onSpent(noDay, total('old', 1000, 9.25));
  // One that was forgotten and goes on: its attempts before are no news.
  first.onSpent(noDay, total('again', 60, 0, { tokens: 50, cost_usd: 0 }));
  await first.close();
  const second = open(noDay, false, [total('old', 1001, 9.25), total('new', 700, 0.5)]);
  time.ms += 4000; // The present bucket is not told yet.
  const told = Object.fromEntries(
    read(second, '5m').spent_by.map(({ agent_id, at, tokens, cost_usd }) => [
      agent_id,
      at.map((place, nth) => [place - (at[0] ?? 0), tokens[nth], cost_usd[nth]]),
    ]),
  );
  expect(told).toEqual({
    old: [[0, 101, 0.25]],
    new: [
      [0, 500, 0.5],
      [10, 200, 0],
    ],
    again: [[0, 10, 0]],
  });
  expect(second.read('5m', (id) => id === 'new', false).spent_by.map(({ agent_id }) => agent_id)).toEqual(['new']);
});

test('hundreds of agents over a day stay a few megabytes, and so does their file', async () => {
  const { open, time, path } = coordinatorTime();
  const history = open();
  for (let hour = 0; hour < 24; hour++) {
    time.ms += 3_600_000;
    for (let nth = 0; nth < 300; nth++) {
      history.onSample(`agent_${hour}_${nth}`, {
        at: new Date(time.ms).toISOString(),
        cpuPercent: 1,
        memoryMb: 1,
        processes: 1,
      });
    }
    history.onLook();
  }
  await history.close();
  expect(read(history, '24h').agents.length).toBeLessThanOrEqual(4000);
  expect(read(history, '24h').agents.at(-1)?.agent_id).toBe('agent_23_299');
  expect(readFileSync(path).length).toBeLessThan(2 * 1024 * 1024);
});
