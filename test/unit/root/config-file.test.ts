import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../main/coordinator/root/config-file.ts';
import { configSchema } from '../../../protocol/config.ts';
import { failureIn, valueOf } from '../../rig/result.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

function load(text: string) {
  const path = join(temporaryFolder(), 'config.json');
  writeFileSync(path, text);
  const loaded = loadConfig(path);
  if (!loaded.ok) expect(loaded.failure.message).toContain(path);
  return loaded;
}
const loadObject = (value: unknown) => load(JSON.stringify(value));

describe('config.json', () => {
  test('that is a folder is said to be none, and nothing throws', () => {
    const path = join(temporaryFolder(), 'config.json');
    mkdirSync(path);
    expect(failureIn(loadConfig(path))).toMatchObject({ code: 'INVALID_REQUEST', details: { file: path } });
  });

  test('may be absent: then every default holds', () => {
    expect(valueOf(loadConfig(join(temporaryFolder(), 'config.json')))).toEqual(configSchema.parse({}));
  });

  test('may be empty, have a BOM, or say a part: the rest is the default', () => {
    expect(valueOf(load('{}'))).toEqual(configSchema.parse({}));
    expect(valueOf(load('\uFEFF{"port":0}')).port).toBe(0);
    const { limits, port } = valueOf(loadObject({ limits: { max_running: 3 } }));
    expect([limits.max_running, limits.max_starting, port]).toEqual([3, 4, 54_113]);
  });

  test('adds runtimes to the built-in ones, or replaces one', () => {
    const worker = { kind: 'command', command: '/usr/bin/python3' };
    const { runtimes } = valueOf(loadObject({ runtimes: { worker, claude: { kind: 'claude', args: ['-v'] } } }));
    expect(Object.keys(runtimes).sort()).toEqual(['claude', 'demo', 'worker']);
    expect(runtimes['claude']).toMatchObject({ args: ['-v'] });
  });
});

describe('a config.json that is wrong says where and what is expected:', () => {
  test.each([
    ['a wrong type', { port: '80' }, /port: .*number.*given "80"/],
    ['a number out of range', { limits: { max_starting: 0 } }, /limits\.max_starting: .*>=1, given 0/],
    ['an unknown choice', { balance: { mode: 'soft' } }, /balance\.mode: .*"enforce".*"off".*given "soft"/],
    ['runtimes that are a text', { runtimes: 'x' }, /runtimes: .*given/],
    ['runtimes that are a list', { runtimes: [] }, /runtimes: .*given/],
    ['runtimes that are nothing', { runtimes: null }, /runtimes: .*given/],
    ['an unknown kind of runtime', { runtimes: { x: { kind: 'magic' } } }, /runtimes\.x\.kind: /],
    [
      'a runtime without its command',
      { runtimes: { x: { kind: 'command' } } },
      /runtimes\.x\.command: .*given nothing/,
    ],
    ['a bad variable name', { runtimes: { demo: { kind: 'demo', env: { 'A-B': '1' } } } }, /runtimes\.demo\.env/],
    ['a list', [], /the file: .*object/],
    [
      'a runtime that is not there',
      { default_runtime: 'codex' },
      /default_runtime is "codex"; runtimes has claude, demo/,
    ],
  ])('%s', (_, value, message) => {
    const failure = failureIn(loadObject(value));
    expect(failure.code).toBe('INVALID_REQUEST');
    expect(failure.message).toMatch(message);
  });

  test.each([
    [{ prot: 1 }, 'prot: unknown key; did you mean "port"?'],
    [{ limits: { max_runing: 1 } }, 'limits.max_runing: unknown key; did you mean "max_running"?'],
    [{ report: { section: [] } }, 'report.section: unknown key; did you mean "sections"?'],
    [{ runtimes: { claude: { kind: 'claude', arg: [] } } }, 'runtimes.claude.arg: unknown key; did you mean "args"?'],
    [
      { balance: { something: 1 } },
      'balance.something: unknown key; known are mode, max_share, max_ratio, replan_after_seconds',
    ],
  ])('an unknown key, with the nearest known one: %j', (value, message) => {
    expect(failureIn(loadObject(value)).message).toContain(message);
  });

  test('everything at once', () => {
    const { message } = failureIn(loadObject({ port: -1, prot: 1, limits: { max_depth: 10 } }));
    expect(message).toMatch(/port: /);
    expect(message).toMatch(/prot: unknown key/);
    expect(message).toMatch(/limits\.max_depth: /);
  });

  test.each([
    ['https://updates.example/ziggie', true],
    ['https://10.0.0.7:8443/a%20b/', true],
    ['http://127.0.0.1:8080/ziggie', true],
    ['http://updates.example/ziggie', false],
    ['http://127.0.0.1.evil.example/', false],
    ['https://user:secret@updates.example/', false],
    ['https://updates.example\\@evil.example/', false],
    ['https://updates.example/?token=1', false],
    ['file:///c:/updates', false],
    ['\\\\server\\share', false],
  ])('updates come from who proves who it is, or from this machine: %s', (feed, taken) => {
    const loaded = loadObject({ updates: { channel: 'notify', feed } });
    expect(loaded.ok).toBe(taken);
    if (!loaded.ok) expect(loaded.failure.message).toContain('updates.feed: expected the folder of latest.yml');
  });

  test.each(['', '{', '{"port":1,"port":2}', '{"__proto__":{}}'])('%j is not taken for JSON', (text) => {
    expect(failureIn(load(text)).code).toBe('INVALID_REQUEST');
  });
});
