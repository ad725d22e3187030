import { afterEach, describe, expect, test } from 'vitest';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { LogPiece, LogRange } from '../../../clients/typescript/log-range.ts';
import { LogFollower } from '../../../renderer/log/log-follower.ts';
import { waitFor } from '../../rig/wait-for.ts';

/** A log that grows in memory, read by ranges as the coordinator serves them. */
class GrowingLog {
  readonly asked: LogRange[] = [];
  text = '';
  trouble: string | null = null;

  readonly read = async (range: LogRange): Promise<ClientResult<LogPiece>> => {
    this.asked.push(range);
    await Promise.resolve();
    if (this.trouble !== null) return { ok: false, failure: { code: 'UNREACHABLE', message: this.trouble } };
    const log = new TextEncoder().encode(this.text);
    const { start = 0, end = log.length, lastBytes } = range;
    const from = lastBytes === undefined ? start : Math.max(0, log.length - lastBytes);
    const to = lastBytes === undefined ? Math.min(end, log.length) : log.length;
    // As after a refused range: nothing, at the end of the log.
    if (from >= log.length) return piece(log, log.length, log.length);
    return piece(log, from, to);
  };
}

const piece = (log: Uint8Array<ArrayBuffer>, start: number, end: number): ClientResult<LogPiece> => ({
  ok: true,
  value: { bytes: log.slice(start, end), start, end, total: log.length },
});

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

function follow(log: GrowingLog, { pieceBytes = 1000, maxLines = 100 } = {}) {
  const bounds = { maxLines, maxBytes: 100_000 };
  const follower = new LogFollower({ readLog: log.read, bounds, pieceBytes, pollMs: 5, retryMs: 5 });
  ends.push(follower.subscribe(() => undefined));
  const lines = (): string[] => follower.current().window.lines.map(({ text }) => text);
  const seen = () => ({ ...follower.current().phase, lines: lines() });
  const shows = (...wanted: string[]) =>
    waitFor(`the lines ${wanted.join(', ')}`, () => JSON.stringify(lines()) === JSON.stringify(wanted), { seen });
  const phase = (status: string) => waitFor(status, () => follower.current().phase.status === status, { seen });
  return { follower, lines, shows, phase };
}

describe('LogFollower', () => {
  test('shows the end first, then what is added', async () => {
    const log = new GrowingLog();
    log.text = 'a\nb\n';
    const { shows } = follow(log);
    await shows('a', 'b');
    log.text += 'c\nd';
    await shows('a', 'b', 'c', 'd');
    log.text += 'ay\n';
    expect(await shows('a', 'b', 'c', 'day')).toBe(true);
  });

  test('asks for what it lacks, not for the log again', async () => {
    const log = new GrowingLog();
    log.text = 'x'.repeat(50);
    const { follower } = follow(log);
    await waitFor('some polls', () => log.asked.length > 5);
    expect(follower.current().window.end).toBe(50);
    expect(log.asked[0]).toEqual({ lastBytes: 1000 });
    for (const range of log.asked.slice(1)) expect(range.start).toBe(49);
  });

  test('a log that does not exist yet appears when it is written', async () => {
    const log = new GrowingLog();
    const { phase, shows } = follow(log);
    await phase('following');
    log.text = 'first\n';
    expect(await shows('first')).toBe(true);
  });

  test('after the agent’s end it reads the rest and then asks no more', async () => {
    const log = new GrowingLog();
    log.text = 'a\n';
    const { follower, shows, phase } = follow(log);
    await shows('a');
    log.text += 'last words\n';
    follower.setGrowing(false);
    await phase('ended');
    await shows('a', 'last words');
    const asked = log.asked.length;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(log.asked.length).toBe(asked);
  });

  test('does not ask while nobody looks, and catches up afterwards', async () => {
    const log = new GrowingLog();
    log.text = 'a\n';
    const { follower, shows } = follow(log);
    await shows('a');
    follower.setWatched(false);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const asked = log.asked.length;
    log.text += 'b\n';
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(log.asked.length).toBe(asked);
    follower.setWatched(true);
    expect(await shows('a', 'b')).toBe(true);
  });

  test('a failed read keeps the lines, says why, and is tried again', async () => {
    const log = new GrowingLog();
    log.text = 'a\n';
    const { follower, shows, phase } = follow(log);
    await shows('a');
    log.trouble = 'nobody answers';
    await phase('troubled');
    expect(follower.current()).toMatchObject({ phase: { failure: { message: 'nobody answers' } } });
    await shows('a');
    log.trouble = null;
    log.text += 'b\n';
    await phase('following');
    expect(await shows('a', 'b')).toBe(true);
  });

  test('loads earlier parts on demand', async () => {
    const log = new GrowingLog();
    log.text = Array.from({ length: 10 }, (_, at) => `line ${at}\n`).join('');
    const { follower, shows } = follow(log, { pieceBytes: 28 });
    await shows('line 7', 'line 8', 'line 9');
    await follower.loadEarlier();
    expect(await shows('line 4', 'line 5', 'line 6', 'line 7', 'line 8', 'line 9')).toBe(true);
  });

  test('while its reader is elsewhere a full window lets nothing go, and the end is found again', async () => {
    const log = new GrowingLog();
    log.text = '1\n2\n3\n';
    const { follower, lines, shows } = follow(log, { maxLines: 3 });
    await shows('1', '2', '3');
    follower.setAtEnd(false);
    log.text += '4\n5\n';
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(lines()).toEqual(['1', '2', '3']);
    await follower.toEnd();
    expect(await shows('3', '4', '5')).toBe(true);
  });

  test('a log that was cut short is read anew', async () => {
    const log = new GrowingLog();
    log.text = 'old one\nold two\n';
    const { shows } = follow(log);
    await shows('old one', 'old two');
    log.text = 'new\n';
    expect(await shows('new')).toBe(true);
  });
});
