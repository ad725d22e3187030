import { appendFileSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type LogGuard, LogLimit, megabytes } from '../../../main/coordinator/process/log-limit.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const limitBytes = 1000;
const guards: LogGuard[] = [];
const told: string[] = [];
afterEach(() => {
  for (const guard of guards.splice(0)) guard.release();
  told.length = 0;
});

function guarded(content: string | null): { path: string; guard: LogGuard; seen: number[] } {
  const path = join(temporaryFolder(), 'log');
  if (content !== null) writeFileSync(path, content);
  const seen: number[] = [];
  const guard = new LogLimit({ limitBytes, log: (line) => told.push(line) }).guard(path, (bytes) => seen.push(bytes));
  guards.push(guard);
  return { path, guard, seen };
}

const long = `${'a'.repeat(99)}\n`.repeat(30);

describe('a log', () => {
  test('below its limit is left as it is', async () => {
    const { path, guard, seen } = guarded('short\n');
    guard.look();
    expect(guard.finish(false)).toBeNull();
    expect([readFileSync(path, 'utf8'), seen, told]).toEqual(['short\n', [], []]);
  });

  test('that does not exist is no trouble', () => {
    const { guard } = guarded(null);
    guard.look();
    expect(guard.finish(false)).toBeNull();
    expect(told).toEqual([]);
  });

  test('that grows over its limit is noticed by itself, once, with the size that was seen', async () => {
    const { path, seen } = guarded('');
    appendFileSync(path, long);
    await waitFor('it is noticed', () => seen.length > 0);
    appendFileSync(path, long);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(seen).toEqual([long.length]);
  });

  test('over its limit keeps its beginning and says in its last line what was cut', () => {
    const { path, guard } = guarded(long);
    expect(guard.finish(true)).toEqual({ keptBytes: 1000, cutBytes: 2000 });
    const text = readFileSync(path, 'utf8');
    expect(text.slice(0, 1000)).toBe(long.slice(0, 1000));
    expect(text.slice(1000)).toMatch(
      /^\[ziggie\] log limit: .* its first 1000 bytes are kept, at least 2000 after .*\. The agent was stopped\.\n$/,
    );
  });

  test('that is cut inside a line gets its last line on a line of its own', () => {
    const { path, guard } = guarded('b'.repeat(1500));
    guard.finish(false);
    expect(readFileSync(path, 'utf8').slice(1000)).toMatch(/^\n\[ziggie\] .* The agent had ended by then\.\n$/);
  });

  test('that was cut before a crash is found as it is, and not cut again', () => {
    const { path, guard } = guarded(long);
    guard.finish(true);
    const text = readFileSync(path, 'utf8');
    const again = new LogLimit({ limitBytes, log: (line) => told.push(line) }).guard(path, () => undefined);
    expect(again.finish(true)).toEqual({ keptBytes: 1000, cutBytes: 0 });
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('that its agent has moved away is still seen', () => {
    const { path, guard, seen } = guarded(long.slice(0, 300));
    guard.look();
    renameSync(path, `${path}.moved`);
    appendFileSync(`${path}.moved`, long);
    guard.look();
    expect(seen).toEqual([long.length + 300]);
  });

  test('far over its limit is cut while its agent is being stopped', () => {
    const { path, guard } = guarded('');
    writeFileSync(path, Buffer.alloc(6 * 1024 * 1024));
    guard.look();
    expect(statSync(path).size).toBe(1000);
    appendFileSync(path, 'z'.repeat(500));
    expect(guard.finish(true)).toEqual({ keptBytes: 1000, cutBytes: 6 * 1024 * 1024 - 1000 + 500 });
  });
});

test('sizes are said in MB', () => {
  expect([megabytes(64 * 1024 * 1024), megabytes(1024 * 1024 * 1.25)]).toEqual(['64 MB', '1.3 MB']);
});
