/**
 * The coordinator's side of the nursery (main/nursery): a few gates always ready, so that a deployment does not wait for
 * a process to start. A nursery that dies is replaced, and what it had started is watched by identity instead.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Identity } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { FromNursery, ToNursery } from './gate-messages.ts';
import { goneWatch } from './gone-watch.ts';

export interface LauncherExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Gate {
  readonly identity: Identity;
  /** Settles when the gate's own process is gone; both null when nobody saw how. */
  readonly gone: Promise<LauncherExit>;
  /** The gate reads this as its last input. */
  send(order: string): void;
  /** Lets the gate leave without an order. */
  dismiss(): void;
}

export interface NurseryOptions {
  /** Absolute path of the built nursery. */
  readonly script: string;
  /** What every agent inherits. */
  readonly environment: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** Enough for a parent that deploys a handful at once; each waits in 0.2 MB. */
const keptReady = 4;

interface Known {
  readonly gate: Gate;
  readonly tellGone: (exit: LauncherExit) => void;
}

type Waiting = (gate: Result<Gate>) => void;

export class NurseryClient {
  readonly #options: NurseryOptions;
  readonly #known = new Map<number, Known>();
  readonly #ready: number[] = [];
  readonly #waiting: Waiting[] = [];
  #process: ChildProcess | null = null;

  constructor(options: NurseryOptions) {
    this.#options = options;
    this.#say({ want: keptReady });
  }

  /** A gate of one's own. SPAWN_FAILED when no process can be started. */
  take(): Promise<Result<Gate>> {
    this.#say({ want: 1 });
    const ready = this.#ready.shift();
    const known = ready === undefined ? undefined : this.#known.get(ready);
    if (known !== undefined) return Promise.resolve(ok(known.gate));
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    const nursery = this.#process;
    this.#process = null;
    nursery?.removeAllListeners();
    nursery?.disconnect();
  }

  #say(message: ToNursery): void {
    const nursery = (this.#process ??= this.#start());
    // A message that cannot be sent is for a nursery that is gone; its exit is dealt with there.
    nursery.send(message, () => undefined);
  }

  #start(): ChildProcess {
    const nursery = fork(this.#options.script, [], {
      env: this.#options.environment,
      execArgv: [],
      detached: true, // Ctrl+C in our terminal is not meant for it.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    nursery.unref();
    nursery.channel?.unref();
    nursery.on('message', (message) => this.#hear(message as FromNursery));
    nursery.once('error', (error) => this.#lost(error.message));
    nursery.once('exit', (code, signal) => this.#lost(`it ended with ${signal ?? code ?? 'nothing'}`));
    return nursery;
  }

  #hear(message: FromNursery): void {
    if ('ready' in message) this.#welcome(message.ready, message.identity);
    else if ('gone' in message) this.#forget(message.gone, message);
    else this.#waiting.shift()?.(startFailed(message.failed));
  }

  #welcome(id: number, identity: Identity): void {
    let tellGone: Known['tellGone'] = () => undefined;
    const gone = new Promise<LauncherExit>((resolve) => {
      tellGone = resolve;
    });
    const gate: Gate = {
      identity,
      gone,
      send: (order) => this.#say({ gate: id, order }),
      dismiss: () => this.#say({ dismiss: id }),
    };
    this.#known.set(id, { gate, tellGone });
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#ready.push(id);
    else waiting(ok(gate));
  }

  #forget(id: number, exit: LauncherExit): void {
    this.#known.get(id)?.tellGone(exit);
    this.#known.delete(id);
    const at = this.#ready.indexOf(id);
    if (at === -1) return;
    this.#ready.splice(at, 1); // Somebody ended a gate that waited: it must not be handed out.
    this.#say({ want: 1 });
  }

  /** Gates without an order left with their nursery; agents that had begun go on, and their end is noticed by looking. */
  #lost(reason: string): void {
    if (this.#process === null) return;
    this.#options.log(`the nursery is gone (${reason}); starting another`);
    this.#process = null;
    for (const { gate, tellGone } of this.#known.values()) {
      void goneWatch(gate.identity).then(() => tellGone({ code: null, signal: null }));
    }
    this.#known.clear();
    this.#ready.length = 0;
    // Whoever waits is told and may ask again: a nursery that cannot start at all must not be started for ever.
    for (const waiting of this.#waiting.splice(0)) waiting(startFailed(reason));
  }
}

function startFailed(reason: string): Result<never> {
  return fail(
    'SPAWN_FAILED',
    `No process could be started: ${reason}. Check the limits of this user (ulimit -u, -n) and the free memory, then deploy again with a new request_id.`,
  );
}
