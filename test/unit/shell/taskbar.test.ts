import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { badgeFile } from '../../../main/shell/taskbar/badge-file.ts';
import { taskbarModel } from '../../../main/shell/taskbar/model.ts';
import { type Planned, fleetOf } from './fleet-of.ts';

/** The endings of fleet-of lie at 14:40. */
const before = '2025-11-09T14:35:00.000Z';
const running: Planned = { is: 'running' };
const done: Planned = { is: {} };
const below = (agent: Planned): Planned => ({ ...agent, facts: { parent_agent: 'agent_1' } });
const failed: Planned = { is: { status: 'failed' } };

test.each<[string, readonly Planned[], object]>([
  ['nothing runs', [done], { mode: 'none' }],
  ['nothing is done yet', [running, below(running)], { mode: 'indeterminate' }],
  ['a part of a tree is done', [running, below(done), below(running)], { mode: 'normal', fraction: 0.33 }],
  ['another tree is over', [running, done, done], { mode: 'indeterminate' }],
  ['all are paused', [{ is: 'paused' }, below({ is: 'paused' })], { mode: 'paused', fraction: 0.01 }],
  ['something failed', [running, below(failed)], { mode: 'error', fraction: 0.5 }],
  ['something failed and nothing runs', [failed], { mode: 'error', fraction: 1 }],
])('the bar when %s', (_when, agents, progress) => {
  expect(taskbarModel(fleetOf(...agents), before).progress).toEqual(progress);
});

test('the badge counts what needs a person, in words for whoever does not see it', () => {
  const asking: Planned = { is: 'running', asks: ['ls'] };
  const badge = (agents: readonly Planned[], lookedAt: string | null) =>
    taskbarModel(fleetOf(...agents), lookedAt).badge;
  expect(badge([running], before)).toBeNull();
  expect(badge([asking, failed], null)).toEqual({ tone: 'needs-you', count: 1, words: '1 needs you' });
  expect(badge([asking, failed], before)).toEqual({ tone: 'failed', count: 2, words: '2 need you, 1 failed' });
});

test('each badge has its pictures', () => {
  const folder = join(import.meta.dirname, '../../../assets/icons/taskbar');
  expect(badgeFile(folder, null)).toBeNull();
  for (const tone of ['failed', 'needs-you'] as const) {
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 400]) {
      const file = badgeFile(folder, { tone, count, words: '' }) ?? '';
      for (const scale of ['', '@1.25x', '@1.5x', '@2x']) {
        expect(existsSync(file.replace('.png', `${scale}.png`)), `${file} ${scale}`).toBe(true);
      }
    }
  }
});
