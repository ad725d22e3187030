/** config.json under two hands: the coordinator's, and an editor's. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../../main/coordinator/root/config-file.ts';
import { Settings } from '../../../main/coordinator/root/settings.ts';
import { failureIn, valueOf } from '../../rig/result.ts';

let folder = '';
let path = '';
const lines: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ziggie-settings-'));
  path = join(folder, 'config.json');
  lines.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (config: unknown): void => writeFileSync(path, JSON.stringify(config));
const onDisk = (): unknown => JSON.parse(readFileSync(path, 'utf8'));

function begin(config: unknown): Settings {
  write(config);
  const clock = { now: () => '2026-01-02T03:04:05.000Z' };
  const log = (line: string): void => void lines.push(line);
  return new Settings({ path, config: valueOf(loadConfig(path)), clock, log, onChange: () => undefined });
}

test('an edit on disk is taken up where it can be, told once, and what waits for the next start is named', () => {
  const settings = begin({ limits: { max_running: 5 } });
  const told: string[] = [];
  settings.subscribe(({ revision }) => told.push(revision));
  const before = valueOf(settings.read());
  expect(before).toMatchObject({ changed: null, problem: null });
  write({ limits: { max_running: 6, log_limit_mb: 9 } });
  settings.look();
  const after = valueOf(settings.read());
  expect(after).toMatchObject({
    needs_restart: ['limits.log_limit_mb'],
    changed: { by: 'disk' },
    in_force: { limits: { max_running: 6, log_limit_mb: 64 } },
  });
  expect(settings.live.limits.max_running).toBe(6);
  expect(after.revision).not.toBe(before.revision);
  expect(told).toEqual([after.revision]);
  expect(lines).toEqual([
    'config.json was changed on disk; in force now: limits.max_running; at the next start: limits.log_limit_mb',
  ]);
});

test('a file that is not valid changes nothing and is told in the words of the start; a patch does not mend it', async () => {
  const settings = begin({ limits: { max_running: 5 } });
  for (const text of ['{"limits": {"max_runing": 6}}', '{"limits": ', '[]']) {
    writeFileSync(path, text);
    const said = failureIn(loadConfig(path)).message;
    expect(valueOf(settings.read())).toMatchObject({ problem: said, in_force: { limits: { max_running: 5 } } });
    expect(lines.at(-1)).toBe(`${said} The settings from before stay in force.`);
    expect(failureIn(await settings.patch({ retention_days: 3 })).code).toBe('INVALID_REQUEST');
    expect(readFileSync(path, 'utf8')).toBe(text);
  }
});

test('a patch against an older version is refused and says which is the present one; its own writes are no edits', async () => {
  const settings = begin({ port: 0 });
  const { revision } = valueOf(settings.read());
  const saved = valueOf(await settings.patch({ retention_days: 3 }, [revision]));
  expect(saved.changed).toEqual({ at: '2026-01-02T03:04:05.000Z', by: 'request' });
  const failure = failureIn(await settings.patch({ retention_days: 4 }, [revision]));
  expect(failure).toMatchObject({ code: 'CONFIG_CHANGED', details: { revision: saved.revision, against: [revision] } });
  expect(onDisk()).toEqual({ port: 0, retention_days: 3 });
  expect(valueOf(await settings.patch({ retention_days: 4 }, [saved.revision])).file).toEqual({
    port: 0,
    retention_days: 4,
  });
  expect(lines).toEqual([]);
});

test('an edit that falls into a write is kept: a patch without a version is made again upon it, one with is refused', async () => {
  const settings = begin({ port: 0 });
  const { revision } = valueOf(settings.read());
  const [blind, careful] = [settings.patch({ retention_days: 3 }), settings.patch({ retention_days: 4 }, [revision])];
  await Promise.resolve(); // The first one has read the file and writes.
  write({ port: 0, intake_paused: true });
  expect(valueOf(await blind).file).toEqual({ port: 0, intake_paused: true, retention_days: 3 });
  expect(failureIn(await careful).code).toBe('CONFIG_CHANGED');
  expect(onDisk()).toEqual({ port: 0, intake_paused: true, retention_days: 3 });
});
