/**
 * Gates that wait for an order. Starting a process is the slowest step of a deployment, and a gate is the same for every
 * agent, so a few are started ahead of time; a burst that empties the pool starts its own. They end with the coordinator.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Identity } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { gatePrelude } from './gate.ts';
import { identityOf } from './identity.ts';

export interface Gate {
  readonly identity: Identity;
  /** Settles when the gate's own process is gone. */
  readonly gone: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** The gate reads this as its last input. */
  send(order: string): void;
  /** Lets the gate leave without an order. */
  dismiss(): void;
}

/** Enough for a parent that deploys a handful at once; each waits in 0.2 MB. */
const keptReady = 4;
/** Filled up when a burst is over, not in the middle of it. */
const refillAfterMs = 25;

export class GatePool {
  readonly #environment: Readonly<Record<string, string>>;
  readonly #ready: Gate[] = [];
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** Every agent inherits this environment; what is its own comes with the order. */
  constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
    this.#refillSoon();
  }

  take(): Promise<Result<Gate>> {
    const gate = this.#ready.shift();
    this.#refillSoon();
    return gate === undefined ? startGate(this.#environment) : Promise.resolve(ok(gate));
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const gate of this.#ready.splice(0)) gate.dismiss();
  }

  #refillSoon(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#refill(), refillAfterMs).unref();
  }

  /** One at a time, so that a request that comes in between waits for one start at most. */
  async #refill(): Promise<void> {
    if (this.#ready.length >= keptReady) return;
    const gate = await startGate(this.#environment);
    if (!gate.ok) return; // The next deployment tries for itself and tells why.
    if (this.#closed) return gate.value.dismiss();
    this.#ready.push(gate.value);
    void gate.value.gone.then(() => this.#forget(gate.value));
    this.#timer = setTimeout(() => void this.#refill(), 0).unref();
  }

  /** A gate that somebody ended must not be handed out. */
  #forget(gate: Gate): void {
    const at = this.#ready.indexOf(gate);
    if (at === -1) return;
    this.#ready.splice(at, 1);
    this.#refillSoon();
  }
}

async function startGate(env: Readonly<Record<string, string>>): Promise<Result<Gate>> {
  try {
    return await spawned(
      spawn('/bin/sh', ['-s', 'ziggie-gate'], {
        cwd: '/',
        env,
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true, // A session and group of its own: it outlives the coordinator and can be signalled as one.
      }),
    );
  } catch (error) {
    return startFailed(error);
  }
}

/** `error` follows when there is no pid; with a pid the process exists. */
function spawned(child: ChildProcess): Promise<Result<Gate>> {
  const gone = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(startFailed(error)));
    if (child.pid === undefined) return;
    child.unref();
    // The gate may be gone when it is spoken to (stopped meanwhile): its exit says so, the broken pipe adds nothing.
    child.stdin?.on('error', () => undefined);
    child.stdin?.write(gatePrelude);
    resolve(
      ok({
        identity: identityOf(child.pid),
        gone,
        send: (order) => child.stdin?.end(order),
        dismiss: () => child.stdin?.end(),
      }),
    );
  });
}

function startFailed(error: unknown): Result<never> {
  const reason = error instanceof Error ? error.message : String(error);
  return fail(
    'SPAWN_FAILED',
    `No process could be started: ${reason}. Check the limits of this user (ulimit -u, -n) and the free memory, then deploy again.`,
  );
}
