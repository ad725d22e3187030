/** The built `ziggie` command as a process of its own, as its users start it. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

export const ziggieCommand = resolve(import.meta.dirname, '../../dist/main/ziggie.js');

export interface CommandEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface CommandRun {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has printed so far. */
  readonly out: () => string;
  readonly end: Promise<CommandEnd>;
}

/** Starts it without anything of a surrounding agent's environment. `stdin` left out: nothing can be read. */
export function startZiggie(
  args: readonly string[],
  { env = {}, stdin = '' }: { env?: Readonly<Record<string, string>>; stdin?: string } = {},
): CommandRun {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(ZIGGIE_|NO_COLOR|FORCE_COLOR)/.test(name)),
  );
  const child = spawn(process.execPath, [ziggieCommand, ...args], { env: { ...inherited, ...env }, stdio: 'pipe' });
  const chunks = { out: [] as Buffer[], err: [] as Buffer[] };
  child.stdout.on('data', (chunk: Buffer) => chunks.out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.err.push(chunk));
  child.stdin.on('error', () => undefined); // It may end without having read anything.
  child.stdin.end(stdin);
  const text = (name: 'out' | 'err'): string => Buffer.concat(chunks[name]).toString('utf8');
  const end = once(child, 'close').then(() => ({ code: child.exitCode, out: text('out'), err: text('err') }));
  return { child, out: () => text('out'), end };
}
