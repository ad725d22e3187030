/** Finds programs that can be executed directly, without a shell, and says why something cannot be. */
import { access, constants, open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Program } from './runtime.ts';
import { type Environment, environmentValue, runAsNode } from './environment.ts';
import { shimTarget } from './windows-shim.ts';

/** The machine as far as finding programs depends on it. */
export interface Machine {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
}

export type Resolution =
  { readonly found: true; readonly program: Program } | { readonly found: false; readonly reason: string };

/** Electron runs scripts as plain Node when told so; plain Node does not mind being told. */
export function nodeProgram(script: string): Program {
  return { file: process.execPath, leadingArgs: [script], env: runAsNode };
}

const directly = (file: string): Program => ({ file, leadingArgs: [], env: {} });
const missing = (reason: string): Resolution => ({ found: false, reason });

/** A path that means the same from everywhere: on Windows with its drive or share, so `\\tools` is not one. */
export function isFullPath(file: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /^(?:[A-Za-z]:[\\/]|\\\\)/.test(file) : path.posix.isAbsolute(file);
}

/** Absolute folders of PATH in order. Relative ones, the working folder among them, are never searched. */
export function pathFolders({ env, platform }: Machine): string[] {
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  const entries = (environmentValue(env, 'PATH', platform) ?? '').split(flavour.delimiter);
  return entries.map((entry) => entry.replaceAll('"', '')).filter((entry) => isFullPath(entry, platform));
}

/** A file that the system may start, or on Windows one that we know how to start. */
export async function isRunnable(file: string, platform: NodeJS.Platform): Promise<boolean> {
  try {
    const isFile = (await stat(file)).isFile();
    if (isFile && platform !== 'win32') await access(file, constants.X_OK);
    return isFile;
  } catch {
    return false; // Absent, not ours to execute, or behind a folder we may not enter: all the same to a search.
  }
}

/** True when the file begins as programs do: a Windows, Linux or macOS executable, or a script that names its interpreter. */
export async function beginsLikeProgram(file: string): Promise<boolean> {
  const head = await firstBytes(file, 4);
  const machO = ['\xcf\xfa\xed\xfe', '\xce\xfa\xed\xfe', '\xca\xfe\xba\xbe'];
  return head === null || head.startsWith('MZ') || head.startsWith('#!') || head === '\x7fELF' || machO.includes(head);
}

/** null when the file may be executed and not read; only trying it tells then. */
async function firstBytes(file: string, count: number): Promise<string | null> {
  try {
    await access(file, constants.R_OK);
  } catch {
    return null;
  }
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await handle.close();
  }
}

/** Turns an existing file into a program. On Windows a shim becomes what it starts, and a script runs with our Node. */
export async function resolveFile(file: string, platform: NodeJS.Platform): Promise<Resolution> {
  if (!(await isRunnable(file, platform))) return missing(`${file} is not a file that can be executed`);
  const extension = path.extname(file).toLowerCase();
  if (platform !== 'win32' || ['.exe', '.com'].includes(extension)) return { found: true, program: directly(file) };
  if (['.js', '.cjs', '.mjs'].includes(extension)) return { found: true, program: nodeProgram(file) };
  if (!['.cmd', '.bat'].includes(extension)) {
    return missing(`${file} is not a program; name the interpreter as "command" and this file in "args"`);
  }
  const target = shimTarget(await readFile(file, 'utf8'), path.dirname(file));
  if (target === null) return missing(`${file} is a batch file; name the program that it starts instead`);
  return resolveFile(target, platform);
}

/** `command` is an absolute path or a bare name that is looked up on PATH. */
export async function findProgram(command: string, machine: Machine): Promise<Resolution> {
  const { platform } = machine;
  const flavour = platform === 'win32' ? path.win32 : path.posix;
  if (isFullPath(command, platform)) return resolveFile(command, platform);
  if (flavour.basename(command) !== command) {
    return missing(`"${command}" is a relative path; give an absolute path or a bare name that is on PATH`);
  }
  const folders = pathFolders(machine);
  const names = platform === 'win32' && flavour.extname(command) === '' ? windowsNames(command) : [command];
  const found = await firstRunnable(
    folders.flatMap((folder) => names.map((name) => flavour.join(folder, name))),
    platform,
  );
  if (found !== null) return resolveFile(found, platform);
  return missing(`"${command}" is in none of the folders of PATH (${folders.join(', ') || 'which is empty'})`);
}

const windowsNames = (command: string): string[] => ['.exe', '.com', '.cmd', '.bat'].map((end) => command + end);

async function firstRunnable(files: readonly string[], platform: NodeJS.Platform): Promise<string | null> {
  for (const file of files) if (await isRunnable(file, platform)) return file;
  return null;
}
