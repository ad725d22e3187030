/** The installer and its uninstaller, silent, under Wine: what they write, keep, replace and remove. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { version } from '../../main/version.ts';
import { waitFor } from '../rig/wait-for.ts';
import { application, patience } from '../windows/wine.ts';
import * as pc from './installed.ts';

const environment = 'HKCU\\Environment';
const machineEnvironment = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
const machinePath = '%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\system32\\wbem';
const folder = "C:\\Tom & Jerry's\\Ziggie";
const inFolder = (...parts: string[]): string => pc.onDrive("Tom & Jerry's", 'Ziggie', ...parts);
const config = (): string => pc.inProfile('AppData', 'Local', 'Ziggie', 'agent-deployment', 'config.json');
const menu = ['Microsoft', 'Windows', 'Start Menu', 'Programs', 'Ziggie.lnk'];
const shortcut = (): string => pc.inProfile('AppData', 'Roaming', ...menu);
const command = `REG_SZ "${folder}\\Ziggie.exe" --hidden`;

describe.skipIf(!pc.isReady)('the installer', () => {
  beforeEach(async () => {
    rmSync(pc.inProfile('AppData', 'Local', 'Ziggie'), { recursive: true, force: true });
    rmSync(pc.onDrive("Tom & Jerry's"), { recursive: true, force: true });
    rmSync(pc.onDrive('Tools'), { recursive: true, force: true });
    for (const key of ['Software', 'Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall'])
      for (const hive of ['HKCU', 'HKLM'])
        await pc.wine('reg', 'delete', `${hive}\\${key}\\2602176b-53dc-5c1b-81a4-26753e735b6e`, '/f');
    for (const hive of ['HKCU', 'HKLM']) await pc.deleteValue(`${hive}\\${pc.runKey}`, 'Ziggie');
    await pc.deleteValue(environment, 'Path');
    await pc.setValue(machineEnvironment, 'Path', 'REG_EXPAND_SZ', machinePath);
    for (const program of ['Program Files', 'users']) {
      const left =
        program === 'users' ? pc.inProfile('AppData', 'Local', 'Programs', 'Ziggie') : pc.onDrive(program, 'Ziggie');
      rmSync(left, { recursive: true, force: true });
    }
  });
  afterAll(pc.removeScratch);

  test('installs into a folder with a space, & and an apostrophe, keeps what the person chose, leaves only data', async () => {
    // Longer than a string of NSIS, and with a variable of the person.
    const before = `%USERPROFILE%\\bin;${Array.from({ length: 150 }, (_, n) => `C:\\some\\folder\\of\\mine-${n}`).join(';')}`;
    await pc.setValue(environment, 'Path', 'REG_EXPAND_SZ', before);
    expect(await pc.install(['/PORT=54321'], folder)).toBe(0);
    expect(existsSync(inFolder('resources', 'app.asar'))).toBe(true);
    expect(await pc.value(`HKCU\\${pc.runKey}`, 'Ziggie')).toBe(command);
    expect(await pc.value(environment, 'Path')).toBe(`REG_EXPAND_SZ ${before};${folder}\\bin`);
    expect(existsSync(shortcut())).toBe(true);
    expect(readFileSync(shortcut()).includes(Buffer.from(`${folder}\\Ziggie.exe`, 'utf16le'))).toBe(true);
    expect(JSON.parse(readFileSync(config(), 'utf8'))).toEqual({ port: 54321 });

    // The command, on what was packaged laid out beside: the stand-in knows no archives.
    renameSync(inFolder('resources', 'app.asar'), inFolder('resources', 'kept'));
    cpSync(application, inFolder('resources', 'app.asar'), { recursive: true });
    // From a batch file, as one types it: Wine's own way of passing arguments to cmd loses the quotes.
    writeFileSync(pc.onDrive('typed.cmd'), `@"${folder}\\bin\\ziggie.cmd" --version\r\n`);
    const said = await pc.wine('cmd', '/c', 'C:\\typed.cmd');
    rmSync(pc.onDrive('typed.cmd'));
    expect(said).toEqual({ code: 0, output: `${version}\n` });
    rmSync(inFolder('resources', 'app.asar'), { recursive: true });
    renameSync(inFolder('resources', 'kept'), inFolder('resources', 'app.asar'));

    // On stays on, also switched off in Task Manager; the port of the settings stays.
    await pc.setValue(`HKCU\\${pc.approvedKey}`, 'Ziggie', 'REG_BINARY', '030000000000000000000000');
    expect(await pc.install(['/PORT=1', '/NOAUTOSTART'], folder)).toBe(0);
    expect(await pc.value(`HKCU\\${pc.runKey}`, 'Ziggie')).toBe(command);
    expect(await pc.value(`HKCU\\${pc.approvedKey}`, 'Ziggie')).toMatch(/^REG_BINARY 03/);
    expect(await pc.value(environment, 'Path')).toBe(`REG_EXPAND_SZ ${before};${folder}\\bin`);
    expect(JSON.parse(readFileSync(config(), 'utf8'))).toEqual({ port: 54321 });
    // Off stays off.
    await pc.deleteValue(`HKCU\\${pc.runKey}`, 'Ziggie');
    expect(await pc.install([], folder)).toBe(0);
    expect(await pc.value(`HKCU\\${pc.runKey}`, 'Ziggie')).toBeNull();

    await pc.setValue(`HKCU\\${pc.runKey}`, 'Ziggie', 'REG_SZ', 'as the tray writes it');
    await pc.uninstall(inFolder());
    expect(await pc.value(`HKCU\\${pc.runKey}`, 'Ziggie')).toBeNull();
    expect(await pc.value(`HKCU\\${pc.approvedKey}`, 'Ziggie')).toBeNull();
    expect(await pc.value(environment, 'Path')).toBe(`REG_EXPAND_SZ ${before}`);
    expect(existsSync(shortcut())).toBe(false);
    expect(existsSync(pc.inProfile('AppData', 'Local', 'ziggie-coordinator-updater'))).toBe(false);
    expect(JSON.parse(readFileSync(config(), 'utf8'))).toEqual({ port: 54321 });
  });

  test('is replaced while agents run on it, and not while Ziggie itself stays', async () => {
    expect(await pc.install(['/NOAUTOSTART'], folder)).toBe(0);
    expect(await pc.value(`HKCU\\${pc.runKey}`, 'Ziggie')).toBeNull();
    const stays = pc.startWine([`${folder}\\Ziggie.exe`, '-p', '"up"; setInterval(() => {}, 1000); "up"']);
    try {
      await waitFor('it runs', () => stays.output().includes('up'), patience);
      const untouched = readFileSync(inFolder('version'), 'utf8');
      // The stand-in cannot leave when it is asked to, and holds its file: nothing is changed.
      expect(await pc.install([], folder)).toBe(2);
      expect(readFileSync(inFolder('version'), 'utf8')).toBe(untouched);
      expect(stays.process.exitCode).toBeNull();
    } finally {
      stays.process.kill('SIGKILL');
    }

    // A program that leaves when it is asked to, and notes it; else it stays, as an agent that runs on it would.
    const helper = pc.onDrive('helper.nsi');
    const [asked, alive, end] = ['asked.txt', 'alive.txt', 'end.txt'].map((name) => pc.onDrive(name)) as [
      string,
      string,
      string,
    ];
    const made = (): string => {
      for (const file of [asked, alive, end]) rmSync(file, { force: true });
      writeFileSync(helper, helperSource);
      return String(spawnSync('makensis', ['-V1', '-NOCD', `-DOUT=${inFolder('Ziggie.exe')}`, helper]).stdout);
    };
    expect(made()).toBe('');
    expect(await pc.install([], folder)).toBe(0);
    expect(readFileSync(asked, 'latin1')).toContain('--quit');
    expect(statSync(inFolder('Ziggie.exe')).size).toBeGreaterThan(10_000_000);

    // Wine moves no running program, Windows does. What cannot be replaced is left whole, and the agent at work.
    expect(made()).toBe('');
    const agent = pc.startWine([`${folder}\\Ziggie.exe`, '--agent']);
    try {
      await waitFor('the agent lives', () => existsSync(alive), patience);
      expect(await pc.install([], folder)).toBe(2);
      expect(agent.process.exitCode).toBeNull();
      expect(existsSync(inFolder('resources', 'app.asar'))).toBe(true);
      expect(existsSync(inFolder('bin', 'ziggie.cmd'))).toBe(true);
    } finally {
      writeFileSync(end, '');
      await once(agent.process, 'exit');
      for (const file of [helper, asked, alive, end]) rmSync(file, { force: true });
    }
    await pc.uninstall(inFolder());
    expect(await pc.value(environment, 'Path')).toBeNull();
  });

  test('says what is wrong with a switch before it changes anything, and takes a folder of its own', async () => {
    for (const port of ['65536', '-1', 'x', '080', ''])
      expect(await pc.install([`/PORT=${port}`], folder), port).toBe(87);
    expect(await pc.install(['/ALLUSERS', '/PORT=5000'], folder)).toBe(87);
    expect(existsSync(inFolder('Ziggie.exe'))).toBe(false);
    mkdirSync(pc.onDrive('Tools'), { recursive: true });
    writeFileSync(pc.onDrive('Tools', 'mine.txt'), 'mine');
    expect(await pc.install([], 'C:\\Tools')).toBe(0);
    expect(existsSync(pc.onDrive('Tools', 'Ziggie', 'Ziggie.exe'))).toBe(true);
    // Moved: the old folder goes, and with it its entry of PATH and of the login.
    expect(await pc.install([], folder)).toBe(0);
    expect(existsSync(pc.onDrive('Tools', 'Ziggie'))).toBe(false);
    expect(await pc.value(environment, 'Path')).toBe(`REG_EXPAND_SZ ${folder}\\bin`);
    expect(await pc.value(`HKCU\\${pc.runKey}`, 'Ziggie')).toBe(command);
    await pc.uninstall(inFolder(), ['--delete-app-data']);
    expect(readFileSync(pc.onDrive('Tools', 'mine.txt'), 'utf8')).toBe('mine');
    expect(existsSync(pc.inProfile('AppData', 'Local', 'Ziggie'))).toBe(false);
  });

  test('installs for all users: the machine’s login item, PATH and menu, and none of the user’s', async () => {
    const before = `REG_EXPAND_SZ ${machinePath}`;
    expect(await pc.install(['/ALLUSERS'])).toBe(0);
    const program = pc.onDrive('Program Files', 'Ziggie');
    expect(existsSync(join(program, 'Ziggie.exe'))).toBe(true);
    expect(await pc.value(`HKLM\\${pc.runKey}`, 'Ziggie')).toBe(
      'REG_SZ "C:\\Program Files\\Ziggie\\Ziggie.exe" --hidden',
    );
    expect(await pc.value(`HKCU\\${pc.runKey}`, 'Ziggie')).toBeNull();
    expect(await pc.value(machineEnvironment, 'Path')).toBe(`${before};C:\\Program Files\\Ziggie\\bin`);
    expect(await pc.value(environment, 'Path')).toBeNull();
    expect(existsSync(pc.onDrive('ProgramData', ...menu))).toBe(true);
    await pc.uninstall(program, ['/ALLUSERS']);
    expect(await pc.value(`HKLM\\${pc.runKey}`, 'Ziggie')).toBeNull();
    expect(await pc.value(machineEnvironment, 'Path')).toBe(before);
    expect(existsSync(pc.onDrive('ProgramData', ...menu))).toBe(false);
  });
});

const helperSource = String.raw`Target amd64-unicode
Name helper
OutFile "${'${OUT}'}"
SilentInstall silent
RequestExecutionLevel user
!include LogicLib.nsh
!include FileFunc.nsh
Section
  ${'${GetParameters}'} $0
  ${'${If}'} $0 == " --quit"
  ${'${OrIf}'} $0 == "--quit"
    FileOpen $1 "C:\asked.txt" a
    FileWrite $1 "$0$\n"
    FileClose $1
    SetErrorLevel 0
    Quit
  ${'${EndIf}'}
  FileOpen $1 "C:\alive.txt" w
  FileClose $1
  ${'${Do}'}
    Sleep 100
  ${'${LoopUntil}'} ${'${FileExists}'} "C:\end.txt"
SectionEnd
`;
