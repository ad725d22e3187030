/** The start at login on Windows, over a registry kept here; what reg.exe prints was taken down from `wine reg query`. */
import { describe, expect, test } from 'vitest';
import {
  loginCommand,
  loginItemArguments,
  loginItemName,
  runKey,
  startupApprovedKey,
} from '../../../main/shell/login/login-item.ts';
import { isSwitchedOff, parseRegQuery } from '../../../main/shell/login/reg-output.ts';
import { regProgram, type RunReg } from '../../../main/shell/login/registry.ts';
import { programOf, startsProgram } from '../../../main/shell/login/same-command.ts';
import { changeLoginItem, readLoginItem } from '../../../main/shell/login/windows-login.ts';

const program = String.raw`C:\Users\O'Neil & Sons\AppData\Local\Programs\Ziggie\Ziggie.exe`;

describe('what reg.exe prints', () => {
  const printed = [
    '',
    'HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run',
    '    Empty    REG_SZ    ',
    '    Other  name    REG_SZ    C:\\Users\\J\x81rgen Ld\xa2z\\x.exe',
    `    Ziggie    REG_SZ    "${program}" --hidden`,
    '    (Default)    REG_SZ    ',
    '',
    'HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Below',
  ].join('\r\n');

  test('is read with its spaces, quotes and empty values', () => {
    expect(parseRegQuery(printed)).toEqual([
      { name: 'Empty', type: 'REG_SZ', data: '' },
      { name: 'Other  name', type: 'REG_SZ', data: 'C:\\Users\\J\x81rgen Ld\xa2z\\x.exe' },
      { name: 'Ziggie', type: 'REG_SZ', data: `"${program}" --hidden` },
      { name: '(Default)', type: 'REG_SZ', data: '' },
    ]);
    expect(parseRegQuery('ERROR: The system was unable to find the specified registry key or value.\r\n')).toEqual([]);
  });

  test.each([
    ['020000000000000000000000', false],
    ['060000000000000000000000', false],
    ['0300000012345678ABCDEF01', true],
    ['070000000000000000000000', true],
    ['', false],
  ])('says by the first byte whether Task Manager switched it off: %s', (data, off) => {
    expect(isSwitchedOff({ name: 'Ziggie', type: 'REG_BINARY', data })).toBe(off);
  });

  test.each<[string, string, boolean]>([
    [`"${program}" --hidden`, program, true],
    [`"${program.toUpperCase()}"`, program, true],
    [`${program} --hidden`, program, true],
    [`"${program}.bak" --hidden`, program, false],
    [`"C:\\Ziggie.exe" --hidden`, program, false],
    // The console's code page is not ours: `ü` comes as byte 81, `Ł` as its neighbour L, others as a question mark.
    ['"C:\\J\x81rgen L?\\Ziggie.exe" --hidden', 'C:\\Jürgen Łó\\Ziggie.exe', true],
    ['"C:\\Jorgen\\Ziggie.exe"', 'C:\\Jürgen\\Ziggie.exe', true],
    ['"C:\\Anna\\Ziggie.exe"', 'C:\\Jürgen\\Ziggie.exe', false],
  ])('%s starts %s: %s', (command, file, same) => {
    expect(startsProgram(command, file)).toBe(same);
  });

  test('names the other program for people to read', () => {
    expect(programOf('"C:\\Old one\\Ziggie.exe" --hidden')).toBe('C:\\Old one\\Ziggie.exe');
    expect(programOf('C:\\Old one\\Ziggie.exe --hidden')).toBe('C:\\Old one\\Ziggie.exe');
  });
});

type Hive = 'HKCU' | 'HKLM';

/** A registry, what reg.exe says of it, and Electron's `setLoginItemSettings` as its documentation has it. */
class Machine {
  readonly keys = new Map<string, Map<string, [type: string, data: string]>>();
  /** A policy forbids reg.exe. */
  forbidden = false;
  /** A policy takes every change back. */
  guarded = false;
  readonly asked: string[][] = [];

  put(hive: Hive, key: string, data: string, type = 'REG_SZ'): this {
    const path = `${hive}\\${key}`;
    this.keys.set(path, (this.keys.get(path) ?? new Map()).set(loginItemName, [type, data]));
    return this;
  }

  readonly reg: RunReg = (args) => {
    this.asked.push([...args]);
    const values = this.keys.get(args[1] ?? '') ?? (args[1]?.endsWith('CurrentVersion') ? new Map() : null);
    if (this.forbidden || values === null) return Promise.resolve({ exitCode: 1, stdout: '' });
    const lines = [...values].map(([name, [type, data]]) => `    ${name}    ${type}    ${data}`);
    return Promise.resolve({ exitCode: 0, stdout: ['', args[1], ...lines, ''].join('\r\n') });
  };

  readonly app = {
    setLoginItemSettings: ({ openAtLogin, name = '', path = '', args = [] }: Electron.Settings): void => {
      if (this.guarded) return;
      this.keys.get(`HKCU\\${startupApprovedKey}`)?.delete(name);
      if (openAtLogin === true) this.put('HKCU', runKey, [path, ...args].join(' '));
      else this.keys.get(`HKCU\\${runKey}`)?.delete(name);
    },
    getLoginItemSettings: (): Electron.LoginItemSettings => ({
      openAtLogin: false,
      wasOpenedAtLogin: false,
      status: 'not-found',
      executableWillLaunchAtLogin: false,
      launchItems: [...(this.keys.get(`HKCU\\${runKey}`)?.keys() ?? [])].map((name) => ({
        name,
        path: program,
        args: [...loginItemArguments],
        scope: 'user',
        enabled: true,
      })),
    }),
  };

  read = () => readLoginItem({ app: this.app, reg: this.reg, program });
  set = (on: boolean) => changeLoginItem({ app: this.app, reg: this.reg, program }, on);
}

const off = ['0300000012345678ABCDEF01', 'REG_BINARY'] as const;
const own = loginCommand(program);

describe('the start at login', () => {
  test('is registered quoted and hidden, and what is said of it was read back', async () => {
    const machine = new Machine();
    expect(await machine.read()).toMatchObject({ state: 'off', can_change: true });
    expect(await machine.set(true)).toMatchObject({ state: 'on', can_change: true });
    expect(machine.keys.get(`HKCU\\${runKey}`)?.get('Ziggie')).toEqual(['REG_SZ', `"${program}" --hidden`]);
    expect(await machine.set(false)).toMatchObject({ state: 'off' });
    expect(regProgram('C:\\Windows')).toBe('C:\\Windows\\System32\\reg.exe');
  });

  test('that Task Manager switched off is not called on, and switching it on here clears that', async () => {
    const machine = new Machine().put('HKCU', runKey, own).put('HKCU', startupApprovedKey, ...off);
    const item = await machine.read();
    expect(item.state).toBe('disabled_by_windows');
    expect(item.words).toContain('Switching it on here switches it on there, too');
    expect(await machine.set(true)).toMatchObject({ state: 'on' });
    expect(machine.keys.get(`HKCU\\${startupApprovedKey}`)?.size).toBe(0);
  });

  test('of another copy is named', async () => {
    const machine = new Machine().put('HKCU', runKey, '"D:\\Old\\Ziggie.exe" --hidden');
    const item = await machine.read();
    expect(item).toMatchObject({ state: 'other_program', can_change: true });
    expect(item.words).toContain('D:\\Old\\Ziggie.exe');
  });

  test('for all users is an administrator’s, whatever the user’s own entry says', async () => {
    const machine = new Machine().put('HKLM', runKey, own);
    expect(await machine.read()).toMatchObject({ state: 'on', can_change: false });
    for (const hive of ['HKLM', 'HKCU'] as const) {
      const offFor = new Machine().put('HKLM', runKey, own).put(hive, startupApprovedKey, ...off);
      expect(await offFor.read(), hive).toMatchObject({ state: 'off', can_change: true });
    }
  });

  test('where reg.exe is forbidden is what Electron knows, with the doubt said', async () => {
    const machine = new Machine();
    machine.forbidden = true;
    expect(await machine.read()).toMatchObject({ state: 'unavailable', can_change: false });
    machine.put('HKCU', runKey, own);
    const item = await machine.read();
    expect(item.state).toBe('on');
    expect(item.words).toContain('may not be read');
  });

  test('that a policy takes back is said, and not what was asked for', async () => {
    const machine = new Machine();
    machine.guarded = true;
    const item = await machine.set(true);
    expect(item.state).toBe('off');
    expect(item.words).toContain('did not take the change');
  });

  test('with a command that Windows would not run is not offered', async () => {
    const long = `C:\\${'x'.repeat(250)}\\Ziggie.exe`;
    const { app, reg } = new Machine();
    const item = await readLoginItem({ app, reg, program: long });
    expect(item).toMatchObject({ state: 'off', can_change: false });
    expect(item.words).toContain('260 characters');
  });
});
