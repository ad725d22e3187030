/** The programs inside an installed `@anthropic-ai/claude-code` package, best first. */
import path from 'node:path';
import { readFile, realpath } from 'node:fs/promises';
import { beginsLikeProgram, isRunnable, nodeProgram } from './find-executable.ts';
import type { Program } from './runtime.ts';
import { shimTarget } from './windows-shim.ts';

/**
 * The programs that a file called claude stands for. Most often it is the program itself. An npm shim on Windows stands
 * for what it starts; and where npm was told not to run install scripts, the file is a text with advice, and the
 * program lies in a package beside it.
 */
export async function programsBehind(file: string, platform: NodeJS.Platform): Promise<Program[]> {
  if (platform === 'win32' && file.toLowerCase().endsWith('.cmd')) return behindShim(file);
  if (await beginsLikeProgram(file)) return [{ file, leadingArgs: [], env: {} }];
  const real = await realpath(file);
  return packagePrograms(packageOf(real), platform);
}

async function behindShim(file: string): Promise<Program[]> {
  const folder = path.dirname(file);
  const target =
    shimTarget(await readFile(file, 'utf8'), folder) ??
    path.join(folder, 'node_modules', '@anthropic-ai', 'claude-code', 'bin', 'claude.exe');
  return packagePrograms(packageOf(target), 'win32');
}

const packageOf = (file: string): string => {
  const folder = path.dirname(file);
  return path.basename(folder) === 'bin' ? path.dirname(folder) : folder;
};

/** `bin/claude.exe` is its name on every system. The wrapper scripts cost a process more and come last. */
async function packagePrograms(folder: string, platform: NodeJS.Platform): Promise<Program[]> {
  const name = platform === 'win32' ? 'claude.exe' : 'claude';
  const systems = [`${platform}-${process.arch}`, `${platform}-${process.arch}-musl`];
  const natives = [
    path.join(folder, 'bin', 'claude.exe'),
    ...systems.flatMap((system) => [
      path.join(folder, 'node_modules', '@anthropic-ai', `claude-code-${system}`, name),
      path.join(path.dirname(folder), `claude-code-${system}`, name),
    ]),
  ];
  const scripts = ['cli-wrapper.cjs', 'cli.js'].map((script) => path.join(folder, script));
  const programs: Program[] = [];
  for (const file of natives) {
    if ((await isRunnable(file, platform)) && (await beginsLikeProgram(file))) {
      programs.push({ file, leadingArgs: [], env: {} });
    }
  }
  // A script needs no right to be executed: our own Node reads it.
  for (const script of scripts) if (await isRunnable(script, 'win32')) programs.push(nodeProgram(script));
  return programs;
}
