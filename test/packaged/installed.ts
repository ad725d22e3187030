/** The installer's world under Wine: run, and looked at by the registry and the file system. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../rig/wait-for.ts';
import { patience } from '../windows/wine.ts';

export const setup = process.env['ZIGGIE_DIST_SETUP'] ?? '';
export const isReady = setup !== '';

export const runKey = 'Software\\Microsoft\\Windows\\CurrentVersion\\Run';
export const approvedKey = 'Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\Run';

const drive = join(process.env['WINEPREFIX'] ?? '', 'drive_c');
const user = (): string => readdirSync(join(drive, 'users')).find((name) => name !== 'Public') ?? '';

/** The Linux name of a place on drive C:. */
export const onDrive = (...parts: string[]): string => join(drive, ...parts);
export const inProfile = (...parts: string[]): string => join(drive, 'users', user(), ...parts);
export const windowsProfile = (...parts: string[]): string => ['C:', 'users', user(), ...parts].join('\\');

const scratch = isReady ? mkdtempSync(join(tmpdir(), 'ziggie-setup-')) : '';
export const removeScratch = (): void => rmSync(scratch, { recursive: true, force: true });

export function startWine(args: readonly string[]): { process: ChildProcess; output: () => string } {
  const file = join(mkdtempSync(join(scratch, 'out-')), 'output.txt');
  const fd = openSync(file, 'a'); // Windows programs cannot use a pipe of Linux.
  const child = spawn('wine', [...args], { cwd: scratch, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  return { process: child, output: () => readFileSync(file, 'latin1') };
}

export async function wine(...args: string[]): Promise<{ code: number | null; output: string }> {
  const program = startWine(args);
  const [code] = (await once(program.process, 'exit')) as [number | null];
  return { code, output: program.output().replaceAll('\r', '') };
}

/** Silent. The folder is the last argument and unquoted: in words, as a command line has it. */
export async function install(switches: readonly string[] = [], folder: string | null = null): Promise<number | null> {
  return (await wine(setup, '/S', ...switches, ...(folder === null ? [] : `/D=${folder}`.split(' ')))).code;
}

/** Its uninstaller goes on in a copy of itself and is waited for. */
export async function uninstall(folder: string, switches: readonly string[] = []): Promise<void> {
  await wine(join(folder, 'Uninstall Ziggie.exe'), '/S', ...switches);
  await waitFor('the program is gone', () => !existsSync(folder), { ...patience, seen: () => readdirSync(folder) });
  // The registry comes after the files.
  await waitFor('the entry is gone', async () => (await uninstallEntries()).length === 0, patience);
}

async function uninstallEntries(): Promise<string[]> {
  const found: string[] = [];
  for (const hive of ['HKCU', 'HKLM']) {
    const { output } = await wine(
      'reg',
      'query',
      `${hive}\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall`,
      '/s',
    );
    found.push(...output.split('\n').filter((line) => line.includes('Uninstall Ziggie.exe')));
  }
  return found;
}

/** `kind text`, or null where there is no such value. */
export async function value(key: string, name: string): Promise<string | null> {
  const { code, output } = await wine('reg', 'query', key, '/v', name);
  if (code !== 0) return null;
  const line = output.split('\n').find((each) => each.trim().toLowerCase().startsWith(name.toLowerCase())) ?? '';
  return line.trim().slice(name.length).trim().replace(/\s+/, ' ');
}

export const setValue = (key: string, name: string, kind: string, data: string) =>
  wine('reg', 'add', key, '/v', name, '/t', kind, '/d', data, '/f');
export const deleteValue = (key: string, name: string) => wine('reg', 'delete', key, '/v', name, '/f');
