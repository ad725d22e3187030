/**
 * The append-only truth. An append settles when its bytes are on the disk; all that wait at the same time share one
 * fdatasync, so a hundred requests cost hardly more than one.
 */
import { closeSync, constants, fdatasync, fstatSync, openSync, writeSync } from 'node:fs';
import { setImmediate as setImmediatePromise } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Sequenced } from '../../../protocol/events.ts';
import { syncFolder } from './atomic-file.ts';
import { encodeLine } from './journal-line.ts';
import { listSegments, segmentPath } from './journal-read.ts';

const fdatasyncAsync = promisify(fdatasync);

/** Large enough that rotation is rare, small enough to read into memory at once. */
const segmentLimitBytes = 8 * 1024 * 1024;

/** Thrown to every waiting append when the disk refused; nothing that was not synced may be believed. */
export class JournalError extends Error {
  override name = 'JournalError';
}

interface Waiting {
  readonly text: string;
  readonly firstSeq: number;
  readonly settle: { resolve: () => void; reject: (error: JournalError) => void };
}

type State =
  | { readonly is: 'open'; readonly fd: number; readonly bytes: number }
  | { readonly is: 'failed'; readonly error: JournalError }
  | { readonly is: 'closed' };

export class Journal {
  readonly #folder: string;
  #state: State;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;

  private constructor(folder: string, fd: number) {
    this.#folder = folder;
    this.#state = { is: 'open', fd, bytes: fstatSync(fd).size };
  }

  /** Opens the newest segment, or the first. `nextSeq` names a new segment. Read the journal (and cut its tail) before. */
  static open(folder: string, nextSeq: number): Journal {
    const path = listSegments(folder).at(-1)?.path ?? segmentPath(folder, nextSeq);
    return new Journal(folder, openSegment(folder, path));
  }

  /** Null, or why nothing can be written any more. */
  get failure(): JournalError | null {
    return this.#state.is === 'failed' ? this.#state.error : null;
  }

  /** Settles when all these events are durable; rejects with JournalError when they are not known to be. */
  append(events: readonly Sequenced[]): Promise<void> {
    const [first] = events;
    if (first === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const text = events.map(encodeLine).join('');
      this.#waiting.push({ text, firstSeq: first.seq, settle: { resolve, reject } });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      await setImmediatePromise();
      const batch = this.#waiting;
      this.#waiting = [];
      const error = await this.#write(batch);
      for (const { settle } of batch) {
        if (error === null) settle.resolve();
        else settle.reject(error);
      }
    }
    this.#flushing = null;
  }

  async #write(batch: readonly Waiting[]): Promise<JournalError | null> {
    if (this.#state.is === 'failed') return this.#state.error;
    if (this.#state.is === 'closed') return new JournalError('the journal is closed');
    try {
      const { fd, bytes } = this.#rotate(this.#state, batch[0]?.firstSeq ?? 0);
      const data = Buffer.from(batch.map(({ text }) => text).join(''), 'utf8');
      for (let done = 0; done < data.length;) done += writeSync(fd, data, done);
      this.#state = { is: 'open', fd, bytes: bytes + data.length };
      await fdatasyncAsync(fd);
      return null;
    } catch (error) {
      // After a failed sync the kernel may drop the dirty pages and report success the next time: never use it again.
      const failure = new JournalError(
        `the journal cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      );
      this.#state = { is: 'failed', error: failure };
      return failure;
    }
  }

  #rotate(state: Extract<State, { is: 'open' }>, firstSeq: number): Extract<State, { is: 'open' }> {
    if (state.bytes < segmentLimitBytes) return state;
    const fd = openSegment(this.#folder, segmentPath(this.#folder, firstSeq));
    closeSync(state.fd);
    return { is: 'open', fd, bytes: 0 };
  }

  /** Waits for what is under way, then lets go of the file. */
  async close(): Promise<void> {
    await this.#flushing;
    if (this.#state.is === 'open') closeSync(this.#state.fd);
    this.#state = { is: 'closed' };
  }
}

function openSegment(folder: string, path: string): number {
  const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  syncFolder(folder);
  return fd;
}
