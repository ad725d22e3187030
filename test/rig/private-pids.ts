/** A shell that is the first process of a pid namespace of its own: there, the test decides which pid comes next. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { waitFor } from './wait-for.ts';

const unshare = '/usr/bin/unshare';
const arguments_ = ['--pid', '--fork', '--mount-proc', '--kill-child', '/bin/sh'];

export class PrivatePids {
  readonly #shell: ChildProcessWithoutNullStreams;
  #output = '';
  #count = 0;

  private constructor(shell: ChildProcessWithoutNullStreams) {
    this.#shell = shell;
    shell.stdout.on('data', (text: Buffer) => (this.#output += text.toString()));
    shell.stderr.on('data', (text: Buffer) => (this.#output += text.toString()));
  }

  /** Why there is no such namespace here; null: there is. */
  static whyNot(): string | null {
    try {
      const script = 'echo 1000 > /proc/sys/kernel/ns_last_pid; sleep 0 & echo $!; wait';
      const pid = execFileSync(unshare, [...arguments_, '-c', script], { encoding: 'utf8', timeout: 10_000 });
      return pid.trim() === '1001' ? null : `the next pid was ${pid.trim()}, 1001 was asked for`;
    } catch (error) {
      return `no private pid namespace: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
    }
  }

  static open(): PrivatePids {
    return new PrivatePids(spawn(unshare, [...arguments_, '-s'], { stdio: 'pipe' }));
  }

  /** Carries out shell commands inside, one call after the other; what they printed. */
  async run(commands: string): Promise<string> {
    this.#count += 1;
    const mark = `--done-${this.#count}--`;
    const from = this.#output.length;
    this.#shell.stdin.write(`${commands}\necho ${mark}\n`);
    const said = await waitFor(`${commands} is done`, () => {
      const end = this.#output.indexOf(mark, from);
      return end === -1 ? null : { text: this.#output.slice(from, end) };
    });
    return said.text.trim();
  }

  /** Starts a command inside with exactly this pid, in a session of its own. */
  async startAs(pid: number, command: string): Promise<void> {
    await waitFor(`pid ${pid} is free`, async () => (await this.run(`[ -d /proc/${pid} ] || echo free`)) === 'free');
    await waitFor(`something has the pid ${pid}`, async () => {
      const got = await this.run(`echo ${pid - 1} > /proc/sys/kernel/ns_last_pid; setsid ${command} & echo $!`);
      if (Number(got) === pid) return true;
      await this.run(`kill -9 ${got}`); // Somebody else forked in between.
      return false;
    });
  }

  /** Ends it and everything inside. */
  async close(): Promise<void> {
    const ended = once(this.#shell, 'exit');
    this.#shell.kill('SIGKILL');
    await ended;
  }
}
