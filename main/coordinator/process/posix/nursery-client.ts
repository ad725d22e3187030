/**
 * The coordinator's side of the nursery (main/nursery): a few gates always ready, so that a deployment does not wait for
 * a process to start. A nursery that dies is replaced, and what it had started is watched by identity instead.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Identity } from '../../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../../protocol/failures.ts';
import { runAsNode } from '../../runtimes/environment.ts';
import { goneWatch } from '../gone-watch.ts';
import type { FromNursery, ToNursery } from './gate-messages.ts';
import { checkIdentity } from './identity.ts';

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

/** Enough for a parent that deploys a handful at once; each waits in 0.1 MB of its own. */
const keptReady = 4;
/** A gate that was taken is replaced a moment later, so that its start does not compete with the one under way. */
const replaceAfterMs = 10;
/** Where no process can be started at present, the store is filled when that is over. */
const tryAgainMs = 1000;

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
  /** This nursery has brought a gate, so it could start processes. */
  #hasDelivered = false;
  /** Gates that the nursery was asked for and has said nothing of yet. */
  #asked = 0;
  #filling: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(options: NurseryOptions) {
    this.#options = options;
    this.#nursery();
  }

  /** A gate of one's own. SPAWN_FAILED when no process can be started. */
  take(): Promise<Result<Gate>> {
    if (this.#closed) return Promise.resolve(startFailed('the coordinator is ending'));
    const ready = this.takeReady();
    if (ready !== null) return Promise.resolve(ok(ready));
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#nursery();
      this.#ask(this.#waiting.length);
      this.#fillIn(replaceAfterMs);
    });
  }

  /** null when none is ready. */
  takeReady(): Gate | null {
    const id = this.#closed ? undefined : this.#ready.shift();
    const known = id === undefined ? undefined : this.#known.get(id);
    if (known === undefined) return null;
    this.#fillIn(replaceAfterMs);
    return known.gate;
  }

  /** Fills the store, if the nursery still lives then. */
  #fillIn(milliseconds: number): void {
    this.#filling ??= setTimeout(() => {
      this.#filling = null;
      this.#ask(this.#waiting.length + keptReady - this.#ready.length);
    }, milliseconds).unref();
  }

  /** Sees that so many gates are on their way. */
  #ask(gates: number): void {
    const want = gates - this.#asked;
    if (this.#process === null || want <= 0) return;
    this.#asked += want;
    tell(this.#process, { want });
  }

  close(): void {
    this.#closed = true;
    if (this.#filling !== null) clearTimeout(this.#filling);
    const nursery = this.#process;
    this.#process = null;
    nursery?.removeAllListeners();
    nursery?.on('error', () => undefined); // What fails now concerns nobody, and without a listener it would end us.
    if (nursery?.connected === true) nursery.disconnect();
  }

  /** Sees that there is one; a new one fills its store first. */
  #nursery(): void {
    if (this.#process !== null) return;
    this.#hasDelivered = false;
    try {
      this.#process = this.#start();
    } catch (error) {
      // Out of memory, say; for lack of descriptors or processes there is an `error` event instead.
      this.#refuseWaiting(String(error));
    }
    this.#ask(this.#waiting.length + keptReady);
  }

  #start(): ChildProcess {
    const nursery = fork(this.#options.script, [], {
      // It takes the last away again from what it starts.
      env: { ...this.#options.environment, ...runAsNode },
      execArgv: [],
      detached: true, // Ctrl+C in our terminal is not meant for it.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    nursery.unref();
    nursery.channel?.unref();
    nursery.on('message', (message) => this.#hear(nursery, message as FromNursery));
    nursery.once('error', (error) => this.#lost(nursery, error.message));
    nursery.once('exit', (code, signal) => this.#lost(nursery, `it ended with ${signal ?? code ?? 'nothing'}`));
    return nursery;
  }

  #hear(nursery: ChildProcess, message: FromNursery): void {
    if (nursery !== this.#process) return; // A last word of one that is gone.
    if ('ready' in message) this.#welcome(nursery, message.ready, message.identity);
    else if ('gone' in message) this.#forget(message.gone, message);
    else this.#failed(message.failed);
  }

  /** Whoever waits longest is told; the store is tried again later. */
  #failed(reason: string): void {
    this.#asked -= 1;
    this.#waiting.shift()?.(startFailed(reason));
    this.#fillIn(tryAgainMs);
  }

  #welcome(nursery: ChildProcess, id: number, identity: Identity): void {
    this.#asked -= 1;
    this.#hasDelivered = true;
    let tellGone: Known['tellGone'] = () => undefined;
    const gone = new Promise<LauncherExit>((resolve) => {
      tellGone = resolve;
    });
    const gate: Gate = {
      identity,
      gone,
      // To the nursery that has it: the next one gives the same numbers to gates of its own.
      send: (order) => tell(nursery, { gate: id, order }),
      dismiss: () => tell(nursery, { dismiss: id }),
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
    this.#fillIn(replaceAfterMs);
  }

  /**
   * Gates without an order left with their nursery; agents that had begun go on, and their end is noticed by looking. Who
   * waits for a gate has it from the next one. One that cannot start at all must not be started for ever: where none came
   * from it, they are told; and each that is started anew has served one that waits.
   */
  #lost(nursery: ChildProcess, reason: string): void {
    if (nursery !== this.#process) return;
    const isReplaced = this.#hasDelivered && this.#waiting.length > 0;
    const next = isReplaced ? 'another is started for those who wait' : 'the next start brings up another';
    this.#options.log(`the nursery is gone (${reason}); ${next}`);
    this.#process = null;
    this.#asked = 0;
    for (const { gate, tellGone } of this.#known.values()) {
      void goneWatch(gate.identity.pid, () => checkIdentity(gate.identity)).then(() =>
        tellGone({ code: null, signal: null }),
      );
    }
    this.#known.clear();
    this.#ready.length = 0;
    if (isReplaced) this.#nursery();
    else this.#refuseWaiting(reason);
  }

  /** What was accepted ends with this; a deployment may be sent again. */
  #refuseWaiting(reason: string): void {
    for (const waiting of this.#waiting.splice(0)) waiting(startFailed(reason));
  }
}

/**
 * A message that cannot be sent is for a nursery that is gone; its exit is dealt with. One that could not be started for lack
 * of descriptors was never connected: it has not even a `send`, and its `error` event is on its way.
 */
function tell(nursery: ChildProcess, message: ToNursery): void {
  if (nursery.connected) nursery.send(message, () => undefined);
}

function startFailed(reason: string): Result<never> {
  return fail(
    'SPAWN_FAILED',
    `No process could be started: ${reason}. Check the limits of this user (ulimit -u, -n) and the free memory, then deploy again with a new request_id.`,
  );
}
