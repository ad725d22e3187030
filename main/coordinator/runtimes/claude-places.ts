/** Where Claude Code may be installed, in the order in which it is looked for. Pure: nothing is read here. */
import path from 'node:path';
import { environmentValue } from './environment.ts';
import { isFullPath, type Machine, pathFolders } from './find-executable.ts';

export interface ClaudeMachine extends Machine {
  readonly homedir: string;
}

/** Absolute file names; a part that is `*` stands for every folder there, the newest version first. */
export function claudePlaces(machine: ClaudeMachine): string[] {
  const places = machine.platform === 'win32' ? windowsPlaces(machine) : posixPlaces(machine);
  return [...new Set(places)];
}

function windowsPlaces(machine: ClaudeMachine): string[] {
  const { join } = path.win32;
  const home = machine.homedir;
  const value = (name: string): string | null => environmentValue(machine.env, name, 'win32');
  const below = (name: string, ...parts: string[]): string[] => {
    const folder = value(name);
    return folder === null || !isFullPath(folder, 'win32') ? [] : [join(folder, ...parts)];
  };
  const packages = [
    ...below('APPDATA', 'npm'),
    path.win32.dirname(process.execPath),
    ...below('npm_config_prefix'),
    ...below('NVM_SYMLINK'),
    ...below('PNPM_HOME'),
    ...below('LOCALAPPDATA', 'pnpm'),
    ...below('LOCALAPPDATA', 'Volta', 'bin'),
    join(home, '.bun', 'bin'),
    join(home, 'scoop', 'shims'),
  ];
  const both = (folder: string): string[] => [join(folder, 'claude.exe'), join(folder, 'claude.cmd')];
  const winget = join('Microsoft', 'WinGet');
  return [
    ...pathFolders(machine).flatMap(both),
    join(home, '.local', 'bin', 'claude.exe'),
    ...packages.filter((folder) => isFullPath(folder, 'win32')).flatMap(both),
    join(home, '.claude', 'local', 'claude.exe'),
    join(home, '.claude', 'local', 'node_modules', '.bin', 'claude.cmd'),
    ...below('LOCALAPPDATA', winget, 'Links', 'claude.exe'),
    ...below(
      'LOCALAPPDATA',
      winget,
      'Packages',
      'Anthropic.ClaudeCode_Microsoft.Winget.Source_8wekyb3d8bbwe',
      'claude.exe',
    ),
    ...below('ProgramFiles', 'WinGet', 'Links', 'claude.exe'),
  ];
}

function posixPlaces(machine: ClaudeMachine): string[] {
  const { join } = path.posix;
  const home = machine.homedir;
  const value = (name: string): string | null => environmentValue(machine.env, name, machine.platform);
  const mac = machine.platform === 'darwin';
  const folders = [
    ...pathFolders(machine),
    join(home, '.local/bin'),
    join(home, '.claude/local'),
    '/usr/local/bin',
    '/opt/homebrew/bin',
    join(home, '.npm-global/bin'),
    path.posix.dirname(process.execPath),
    join(value('NVM_DIR') ?? join(home, '.nvm'), 'versions/node/*/bin'),
    join(home, mac ? 'Library/Application Support/fnm' : '.local/share/fnm', 'node-versions/*/installation/bin'),
    join(value('VOLTA_HOME') ?? join(home, '.volta'), 'bin'),
    join(value('BUN_INSTALL') ?? join(home, '.bun'), 'bin'),
    value('PNPM_HOME') ?? join(home, mac ? 'Library/pnpm' : '.local/share/pnpm'),
  ];
  return folders.filter((folder) => isFullPath(folder, machine.platform)).map((folder) => join(folder, 'claude'));
}
