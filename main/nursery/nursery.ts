/**
 * The nursery: a small process whose only work is starting gates. Starting a process copies the page tables of the one
 * that starts it, so it costs the coordinator, which has grown, several times what it costs here; and it runs beside it.
 * It ends with the coordinator; gates without an order end with it, agents that have begun go on.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { FromNursery, ToNursery } from '../coordinator/process/posix/gate-messages.ts';
import { gatePrelude } from '../coordinator/process/posix/gate.ts';
import { identityOf } from '../coordinator/process/posix/identity.ts';
import { agentEnvironment } from '../coordinator/runtimes/environment.ts';

const environment = agentEnvironment(process.env, {});
const gates = new Map<number, ChildProcess>();
const numbers = { last: 0 };

// A coordinator that is gone cannot be told; `disconnect` deals with that.
const tell = (message: FromNursery): void => void process.send?.(message, undefined, undefined, () => undefined);

function startGate(): void {
  let child: ChildProcess;
  try {
    child = spawn('/bin/sh', ['-s', 'ziggie-gate'], {
      cwd: '/',
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true, // A session and group of its own: it outlives us and can be signalled as one.
    });
  } catch (error) {
    // Out of memory, say; for lack of descriptors or processes there is an `error` event instead.
    return tell({ failed: String(error) });
  }
  child.once('error', (error) => tell({ failed: error.message }));
  if (child.pid === undefined) return; // `error` follows.
  numbers.last += 1;
  const gate = numbers.last;
  gates.set(gate, child);
  child.once('exit', (code, signal) => {
    gates.delete(gate);
    tell({ gone: gate, code, signal });
  });
  // The gate may be gone when it is spoken to (stopped meanwhile): its exit says so, the broken pipe adds nothing.
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(gatePrelude);
  const identity = identityOf(child.pid);
  if (identity.start_time !== null) return tell({ ready: gate, identity });
  // Nobody could ever tell it from a stranger, so it could never be stopped. Nothing was told of it: it just leaves.
  gates.delete(gate);
  child.kill('SIGKILL');
  tell({ failed: 'the start time of a new process could not be read' });
}

function carryOut(message: ToNursery): void {
  if ('want' in message) {
    for (let count = 0; count < message.want; count++) startGate();
  } else if ('order' in message) {
    gates.get(message.gate)?.stdin?.end(message.order);
  } else {
    gates.get(message.dismiss)?.stdin?.end();
  }
}

process.on('message', carryOut);
// The coordinator is gone, however that happened: the pipes close with us, and gates without an order leave.
process.on('disconnect', () => process.exit(0));
