/**
 * System calls of a running coordinator counted, failed or turned into its death, by strace. It is attached to thread
 * ids one by one and does not follow: the nursery, the gates and the agents are left alone. A count (`when=N`) is kept
 * per thread, so the main thread and the file threads are attached apart, and there is one file thread only.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { waitFor } from './wait-for.ts';
import { threadsOf } from './proc.ts';

/** Null, or why system calls cannot be changed on this machine. */
export function straceMissing(): string | null {
  const tried = spawnSync('strace', ['-qq', '-e', 'trace=none', 'true'], { encoding: 'utf8' });
  if (tried.status === 0) return null;
  return `strace does not work here: ${tried.error?.message ?? tried.stderr.trim()}`;
}

/** For the coordinator whose calls are counted: one thread does all its asynchronous file work. */
export const oneFileThread = ['env', 'UV_THREADPOOL_SIZE=1'];

export type Threads = 'main' | 'file' | 'all';

export interface StraceOptions {
  readonly pid: number;
  readonly threads: Threads;
  readonly calls: readonly string[];
  /** What happens to them, as strace writes it: `signal=SIGKILL:when=3`, `error=EIO:when=1`. null: only counted. */
  readonly inject: string | null;
  /** Where it writes what it saw. */
  readonly log: string;
  /** Only calls on this file; left out: all. */
  readonly path?: string;
}

export class Strace {
  readonly #child: ChildProcess;
  readonly #log: string;
  readonly exited: Promise<unknown>;

  private constructor(child: ChildProcess, log: string) {
    this.#child = child;
    this.#log = log;
    this.exited = once(child, 'exit');
  }

  /** Settles when every thread is attached. */
  static async attach({ pid, threads, calls, inject, log, path }: StraceOptions): Promise<Strace> {
    const wanted = threadsOf(pid).filter((thread) => threads === 'all' || (thread === pid) === (threads === 'main'));
    const list = calls.join(',');
    const child = spawn('strace', [
      ...['-o', log, '-e', `trace=${list}`, '-e', 'signal=none'],
      ...(inject === null ? [] : ['-e', `inject=${list}:${inject}`]),
      ...(path === undefined ? [] : ['-P', path]),
      ...wanted.flatMap((thread) => ['-p', String(thread)]),
    ]);
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    const strace = new Strace(child, log);
    await waitFor('strace is attached', () => {
      if (child.exitCode !== null) throw new Error(`strace ended with ${child.exitCode}: ${said}`);
      return said.split(' attached').length - 1 >= wanted.length;
    });
    return strace;
  }

  /** Lines of what it saw, each `<thread> <call>(...`. */
  seen(): string[] {
    return readFileSync(this.#log, 'latin1').split('\n').filter(Boolean);
  }

  /** Lets go of the coordinator, which goes on. */
  async detach(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGINT');
    await this.exited;
  }
}
