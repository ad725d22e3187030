/** A desktop application run under the double, from the outside: start it, see what a person would see, do what they would do. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { CommandName, Commands, Order, Reply } from './commands.ts';

export interface DesktopOptions {
  /** Built entry of the application. */
  readonly entry: string;
  readonly args: readonly string[];
  /** Folder that stands for the user's own (`appData` and the like). */
  readonly home: string;
  /** Address of the built double. */
  readonly double: string;
  /** Beside what the test itself has. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface DesktopExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Everything it printed. */
  readonly output: string;
}

/** Milliseconds. */
const END_DEADLINE_MS = 5000;

export class Desktop {
  readonly pid: number;
  readonly exited: Promise<DesktopExit>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #orders = 0;
  #output = '';

  constructor({ entry, args, home, double, env }: DesktopOptions) {
    this.#child = fork(entry, args, {
      execArgv: ['--import', join(import.meta.dirname, 'register.mjs')],
      env: { ...process.env, ...env, ELECTRON_DOUBLE: double, ELECTRON_DOUBLE_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    if (this.#child.pid === undefined) throw new Error(`${entry} could not be started.`);
    this.pid = this.#child.pid;
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
    this.#child.on('message', (reply: Reply) => this.#waiting.get(reply.id)?.(reply));
    this.exited = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => {
        this.#failWaiting(`ended with ${signal ?? code}`);
        resolve({ code, signal, output: this.#output });
      });
    });
  }

  get output(): string {
    return this.#output;
  }

  /** Orders one thing of the double. Rejects with the double's own words where it cannot be done. */
  async order<Name extends CommandName>(
    name: Name,
    ...parameters: Parameters<Commands[Name]>
  ): Promise<ReturnType<Commands[Name]>> {
    const order: Order = { id: (this.#orders += 1), name, parameters };
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(order.id, resolve);
      this.#child.send(order, (error) => {
        if (error !== null) resolve({ id: order.id, error: `${error.message}\n${this.#output}` });
      });
    });
    this.#waiting.delete(order.id);
    if ('error' in reply) throw new Error(`${name}: ${reply.error}`);
    return reply.value as ReturnType<Commands[Name]>;
  }

  /** Ends it without asking, its browser with it. Agents it started are not touched. */
  async end(): Promise<void> {
    // Asked first, so that it closes its browser; what has not ended by then is cut off.
    this.order('end').catch(() => null); // It ends instead of answering, or has ended before.
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_DEADLINE_MS);
    await this.exited;
    clearTimeout(timer);
  }

  #failWaiting(reason: string): void {
    for (const [id, resolve] of this.#waiting) resolve({ id, error: `The application ${reason}.\n${this.#output}` });
  }
}
