/** System calls of a running process that fail on demand, by strace; and small disks of a test's own. Linux, as root. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** Why faults cannot be made here; null when they can. */
export const noFaults: string | null =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'needs Linux and root'
    : spawnSync('strace', ['-V']).status === 0
      ? null
      : 'needs strace';

export class Fault {
  readonly #strace: ChildProcess;

  private constructor(strace: ChildProcess) {
    this.#strace = strace;
  }

  /**
   * From now on calls of the process fail: `inject` as strace takes it ("fdatasync:error=EIO:when=1"), only on `path` where
   * one is given. Settles when every thread of it is watched.
   */
  static async in(pid: number, inject: string, path?: string): Promise<Fault> {
    const call = inject.slice(0, inject.indexOf(':'));
    const only = path === undefined ? [] : ['-P', path];
    const args = ['-f', '-p', String(pid), '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${inject}`, ...only];
    const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    strace.stderr.on('data', (text: Buffer) => (said += text.toString()));
    await waitFor('strace is attached', () => said.includes('attached'), { seen: () => said });
    return new Fault(strace);
  }

  /** The calls work again. */
  async end(): Promise<void> {
    if (this.#strace.exitCode !== null || this.#strace.signalCode !== null) return;
    const exited = once(this.#strace, 'exit');
    this.#strace.kill('SIGINT');
    await exited;
  }
}

/** An empty file system in memory with so much room; undone by `remove`. */
export function smallDisk(size: string): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', folder]);
  return {
    folder,
    remove() {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
