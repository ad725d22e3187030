/** The start at login, read by the real reg.exe of this Windows. Electron's part, the writing, is done by `reg add` here. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';

import { loginCommand, loginItemName, runKey, startupApprovedKey } from '../../../main/shell/login/login-item.ts';
import { regProgram, runRegOf, valuesOf } from '../../../main/shell/login/registry.ts';
import { readLoginItem } from '../../../main/shell/login/windows-login.ts';
import { test } from './check.ts';

const systemRoot = process.env['SystemRoot'] ?? 'C:\\Windows';
const reg = runRegOf(systemRoot);
const never = (): never => assert.fail('Electron is asked only where reg.exe may not run.');
const app = { setLoginItemSettings: never, getLoginItemSettings: never };
const run = (...args: string[]): void => void execFileSync(regProgram(systemRoot), args, { stdio: 'ignore' });
const put = (key: string, type: string, data: string): void =>
  run('add', `HKCU\\${key}`, '/v', loginItemName, '/t', type, '/d', data, '/f');
const forget = (key: string): void =>
  void spawnSync(regProgram(systemRoot), ['delete', `HKCU\\${key}`, '/v', loginItemName, '/f'], { stdio: 'ignore' });

const minute = { timeout: 60_000 };
const programs = [
  'C:\\Ziggie\\Ziggie.exe',
  "C:\\Users\\O'Neil & Sons (100%) ^2\\My Apps\\Ziggie.exe",
  'C:\\Users\\Jürgen Łódź 日本\\Ziggie.exe',
];

test('the start at login is read back for paths of every kind, and Task Manager’s switch is seen', minute, async () => {
  for (const program of programs) {
    forget(runKey); // Of a run that was interrupted.
    forget(startupApprovedKey);
    const state = async () => (await readLoginItem({ app, reg, program })).state;
    assert.equal(await state(), 'off', program);
    put(runKey, 'REG_SZ', loginCommand(program));
    assert.equal(await state(), 'on', program);
    put(startupApprovedKey, 'REG_BINARY', '0300000012345678ABCDEF01');
    assert.equal(await state(), 'disabled_by_windows', program);
    put(startupApprovedKey, 'REG_BINARY', '020000000000000000000000');
    assert.equal(await state(), 'on', program);
    put(runKey, 'REG_SZ', loginCommand('D:\\Another copy\\Ziggie.exe'));
    assert.equal(await state(), 'other_program', program);
  }
  forget(runKey);
  forget(startupApprovedKey);
});

test('a key that is not there has no values, which is not the same as one that may not be read', minute, async () => {
  assert.deepEqual(await valuesOf(reg, 'HKCU', 'Software\\No such key of anybody'), []);
  assert.equal(await valuesOf(runRegOf('C:\\No such folder'), 'HKCU', runKey), null);
});
