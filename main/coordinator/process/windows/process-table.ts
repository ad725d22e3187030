/**
 * The processes this coordinator has a handle of: those it started, and those of a predecessor that it has recognised. While
 * a handle is held the pid is given to nobody else, and how the process ended can be read, by whichever coordinator holds it.
 */
import type { Identity } from '../../../../protocol/agent.ts';
import type { IdentityCheck } from '../ownership.ts';
import type { Handle, Native } from './native.ts';
import { exitCode, hasEnded, openProcess, processTimes } from './process-handle.ts';

export interface ProcessEnd {
  /** null: Windows does not tell. */
  readonly code: number | null;
  readonly at: Date;
}

export class ProcessTable {
  readonly #native: Native;
  readonly #held = new Map<string, Handle>();

  constructor(native: Native) {
    this.#native = native;
  }

  /** Takes over the handle. */
  hold(identity: Identity, process: Handle): void {
    this.#held.set(keyOf(identity), process);
  }

  check(identity: Identity): IdentityCheck {
    const held = this.#held.get(keyOf(identity));
    if (held !== undefined) return hasEnded(this.#native, held) ? 'gone' : 'match';
    const opened = openProcess(this.#native, identity.pid);
    if (opened.is !== 'open') return opened.is === 'gone' ? 'gone' : 'unknown';
    return this.#recognise(identity, opened.process);
  }

  /** The boot is not compared: a time of creation is of one boot only. */
  #recognise(identity: Identity, process: Handle): IdentityCheck {
    const created = processTimes(this.#native, process)?.created ?? null;
    if (created !== null && created === identity.start_time) {
      this.hold(identity, process);
      return hasEnded(this.#native, process) ? 'gone' : 'match';
    }
    const ended = hasEnded(this.#native, process);
    this.#native.CloseHandle(process);
    if (created !== null && identity.start_time !== null) return 'mismatch';
    return ended ? 'gone' : 'unknown';
  }

  /** The handle of a process that was recognised, ended or not. */
  handleOf(identity: Identity): Handle | null {
    return this.#held.get(keyOf(identity)) ?? null;
  }

  /** How it ended; null while it lives, and when nobody held it then. */
  endOf(identity: Identity): ProcessEnd | null {
    const process = this.handleOf(identity);
    if (process === null || !hasEnded(this.#native, process)) return null;
    const at = processTimes(this.#native, process)?.exited ?? new Date();
    return { code: exitCode(this.#native, process), at };
  }

  release(identity: Identity): void {
    const process = this.handleOf(identity);
    if (process === null) return;
    this.#held.delete(keyOf(identity));
    this.#native.CloseHandle(process);
  }
}

const keyOf = ({ pid, start_time }: Identity): string => `${pid} ${start_time}`;
