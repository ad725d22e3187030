import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WaitingPrompts } from '../../../main/coordinator/commands/waiting-prompts.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function waiting() {
  const layout = layoutOf(temporaryFolder());
  mkdirSync(layout.runs);
  const known = new Set(['a', 'b', 'c']);
  const prompts = new WaitingPrompts({ layout, isKnown: (agentId) => known.has(agentId) });
  const fileOf = (agentId: string): string | null => {
    const path = layout.promptFile(agentId);
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  return { layout, known, prompts, fileOf };
}

test('files are made once nothing has come for a moment, and not before', () => {
  const { prompts, fileOf } = waiting();
  expect(prompts.hold('a', 'one')).toBe(true);
  vi.advanceTimersByTime(200);
  prompts.hold('b', 'two');
  vi.advanceTimersByTime(200);
  expect([fileOf('a'), fileOf('b')]).toEqual([null, null]);
  vi.advanceTimersByTime(100);
  expect([fileOf('a'), fileOf('b')]).toEqual(['one', 'two']);
  expect(vi.getTimerCount()).toBe(0);
});

test('who is to start has its file at once, and it is made once', () => {
  const { prompts, fileOf, layout } = waiting();
  prompts.hold('a', 'one');
  prompts.place('a');
  expect(fileOf('a')).toBe('one');
  writeFileSync(layout.promptFile('a'), 'its own by now');
  prompts.place('a');
  prompts.close();
  expect(fileOf('a')).toBe('its own by now');
  expect(vi.getTimerCount()).toBe(0);
});

test('there are none of agents that there are not', () => {
  const { prompts, known, fileOf, layout } = waiting();
  for (const agentId of known) prompts.hold(agentId, agentId);
  prompts.forget('a');
  known.delete('b');
  prompts.close();
  expect([fileOf('a'), fileOf('b'), fileOf('c')]).toEqual([null, null, 'c']);
  expect(existsSync(dirname(layout.promptFile('b')))).toBe(false);
});

test('beyond 16 MB nothing more is taken, and what is placed makes room', () => {
  const { prompts } = waiting();
  const large = 'x'.repeat(5 * 1024 * 1024);
  expect(prompts.hold('a', large)).toBe(true);
  expect(prompts.hold('b', large)).toBe(false);
  prompts.place('a');
  expect(prompts.hold('b', large)).toBe(true);
});

test('what the disk refuses is said to whoever starts it, and is tried again later', () => {
  const { prompts, layout, fileOf } = waiting();
  rmdirSync(layout.runs);
  writeFileSync(layout.runs, 'no folder');
  prompts.hold('a', 'one');
  expect(() => prompts.place('a')).toThrow(/ENOTDIR|EEXIST/);
  vi.advanceTimersByTime(1000);
  rmSync(layout.runs);
  mkdirSync(layout.runs);
  vi.advanceTimersByTime(3000);
  expect(fileOf('a')).toBe(null);
  vi.advanceTimersByTime(3000);
  expect(fileOf('a')).toBe('one');
});
