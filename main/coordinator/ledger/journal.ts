/**
 * The append-only truth. An append settles when its bytes are on the disk; all that wait at the same time share one
 * fdatasync, so a hundred requests cost hardly more than one.
 *
 *   open  ->  retired  ->  open ...        a write or sync failed; the next append tries a new segment
 *     \->  closed
 *   read_only                              what is on the disk is damaged; nothing is written until a person mended it
 */
import { closeSync, constants, existsSync, fdatasync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { setImmediate as setImmediatePromise } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FleetSnapshot, Sequenced } from '../../../protocol/events.ts';
import { replaceFileDurably, syncFolder } from './atomic-file.ts';
import { encodeBase, encodeLine } from './journal-line.ts';
import { beginsWithBase } from './journal-read.ts';
import { listSegments, segmentPath } from './segments.ts';

const fdatasyncAsync = promisify(fdatasync);

/** Large enough that rotation is rare, small enough to read into memory at once. */
const segmentLimitBytes = 8 * 1024 * 1024;

/** Thrown to every waiting append when the disk refused; nothing that was not synced may be believed. */
export class JournalError extends Error {
  override name = 'JournalError';
  /** The disk took it and would neither sync it nor let it be cut off: the next start may find it. */
  readonly mayBeFound: boolean;

  constructor(message: string, mayBeFound = false) {
    super(message);
    this.mayBeFound = mayBeFound;
  }
}

interface Waiting {
  readonly text: string;
  readonly lastSeq: number;
  readonly settle: { resolve: () => void; reject: (error: JournalError) => void };
}

/** A segment that is written to. `bytes` is what is known to be durable in it. */
interface Open {
  readonly is: 'open';
  readonly fd: number;
  readonly path: string;
  readonly bytes: number;
  readonly fullAtBytes: number;
}

type State =
  | Open
  | { readonly is: 'retired'; readonly error: JournalError; readonly path: string; readonly bytes: number }
  | { readonly is: 'read_only'; readonly error: JournalError }
  | { readonly is: 'closed' };

/** A segment that begins with the whole fleet is wanted; `snapshot` must be of everything that is durable when it is called. */
interface Rebase {
  readonly snapshot: () => FleetSnapshot;
  readonly settle: { resolve: (firstSeq: number) => void; reject: (error: JournalError) => void };
}

export class Journal {
  readonly #folder: string;
  #state: State;
  #waiting: Waiting[] = [];
  #rebases: Rebase[] = [];
  #flushing: Promise<void> | null = null;
  /** Of the last record known to be durable. */
  #durableSeq: number;
  /** The next append must begin here: one more than the last that was taken. */
  #nextSeq: number;

  private constructor(folder: string, state: State, lastSeq: number) {
    this.#folder = folder;
    this.#state = state;
    this.#durableSeq = lastSeq;
    this.#nextSeq = lastSeq + 1;
  }

  /** Goes on in the newest segment, or begins the first. `nextSeq` is one more than the last record. Read the journal (and cut its tail) before. */
  static open(folder: string, nextSeq: number): Journal {
    const path = listSegments(folder).at(-1)?.path ?? segmentPath(folder, nextSeq);
    const segment = openSegment(folder, path, Number.POSITIVE_INFINITY);
    return new Journal(folder, { ...segment, fullAtBytes: segmentLimitBytes }, nextSeq - 1);
  }

  /** Takes nothing, and touches nothing: what is there is damaged, as `reason` says. */
  static readOnly(folder: string, nextSeq: number, reason: string): Journal {
    return new Journal(folder, { is: 'read_only', error: new JournalError(reason) }, nextSeq - 1);
  }

  /** Null, or why nothing can be written at present. */
  get failure(): JournalError | null {
    return this.#state.is === 'retired' || this.#state.is === 'read_only' ? this.#state.error : null;
  }

  /** True when waiting cannot help: it is closed, or a person must mend what is on the disk. */
  get isFinal(): boolean {
    return this.#state.is === 'read_only' || this.#state.is === 'closed';
  }

  /**
   * Settles when all these events are durable; rejects with JournalError when they are not known to be. Their sequence
   * numbers follow the last append that did not fail: what was planned on top of a failed one fails with it.
   */
  append(events: readonly Sequenced[]): Promise<void> {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return Promise.resolve();
    if (first.seq !== this.#nextSeq) {
      return Promise.reject(new JournalError('it was planned on events that could not be written'));
    }
    this.#nextSeq = last.seq + 1;
    return new Promise((resolve, reject) => {
      const text = events.map(encodeLine).join('');
      this.#waiting.push({ text, lastSeq: last.seq, settle: { resolve, reject } });
      this.#flushing ??= this.#flush();
    });
  }

  /**
   * Begins a new segment with the fleet as it is, so that the segments before it may go. Settles with the number that names
   * the segment, which is the present one where that is such a base already and nothing came after it. Rejects when it
   * cannot be written now, which harms nothing.
   */
  rebase(snapshot: () => FleetSnapshot): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#rebases.push({ snapshot, settle: { resolve, reject } });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    while (this.#waiting.length + this.#rebases.length > 0) {
      await setImmediatePromise();
      // Whoever waited for the last batch has been told by now, so the fleet is what the disk holds.
      for (const rebase of this.#rebases.splice(0)) await this.#rebase(rebase);
      const batch = this.#waiting;
      this.#waiting = [];
      if (batch.length === 0) continue;
      const error = await this.#write(batch);
      if (error === null) for (const { settle } of batch) settle.resolve();
      else this.#refuse([...batch, ...this.#waiting.splice(0)], error);
    }
    this.#flushing = null;
  }

  /** In one go, so that no append can come in between that was planned on them. */
  #refuse(waiting: readonly Waiting[], error: JournalError): void {
    this.#nextSeq = this.#durableSeq + 1;
    for (const { settle } of waiting) settle.reject(error);
  }

  async #write(batch: readonly Waiting[]): Promise<JournalError | null> {
    const segment = this.#writable();
    if (segment instanceof JournalError) return segment;
    try {
      const data = Buffer.from(batch.map(({ text }) => text).join(''), 'utf8');
      for (let done = 0; done < data.length;) done += writeSync(segment.fd, data, done);
      await fdatasyncAsync(segment.fd);
      this.#state = { ...segment, bytes: segment.bytes + data.length };
      this.#durableSeq = batch.at(-1)?.lastSeq ?? this.#durableSeq;
      return null;
    } catch (error) {
      return this.#retire(segment, error);
    }
  }

  /** The open segment, a new one where it is full, or a new one after the last was retired. */
  #writable(): Open | JournalError {
    const state = this.#state;
    if (state.is === 'read_only') return state.error;
    if (state.is === 'closed') return new JournalError('the journal is closed');
    const path = segmentPath(this.#folder, this.#durableSeq + 1);
    if (state.is === 'open' && (state.bytes < state.fullAtBytes || state.path === path)) return state;
    try {
      // Nothing durable can be in a file of this name, but what a retired segment was known to hold (a base).
      const next = openSegment(this.#folder, path, state.path === path ? state.bytes : 0);
      if (state.is === 'open') closeSync(state.fd);
      this.#state = next;
      return next;
    } catch (error) {
      // No descriptor, no space for a name: a full segment may grow for a while.
      if (state.is === 'open') return existsSync(path) ? this.#retire(state, error) : state;
      this.#state = { ...state, error: cannotWrite(error) };
      return this.#state.error;
    }
  }

  /**
   * After a failed sync the kernel may drop the dirty pages and report success the next time, so the descriptor is never
   * used again. What was not synced is cut off where that is possible; reading does not depend on it. The same where the
   * next segment is there and cannot be used: a reader takes what this one would get from now on for a retired end.
   */
  #retire({ fd, path, bytes }: Open, reason: unknown): JournalError {
    const isCut = isDone(() => ftruncateSync(fd, bytes));
    isDone(() => closeSync(fd));
    const error = cannotWrite(reason, !isCut);
    this.#state = { is: 'retired', error, path, bytes };
    return error;
  }

  async #rebase({ snapshot, settle }: Rebase): Promise<void> {
    const state = this.#state;
    const fleet = snapshot();
    const path = segmentPath(this.#folder, fleet.seq + 1);
    const isHere = state.is === 'open' && path === state.path;
    if (isHere && isBase(path, fleet.seq + 1)) {
      settle.resolve(fleet.seq + 1);
      return;
    }
    if (state.is !== 'open' || fleet.seq !== this.#durableSeq || isHere) {
      settle.reject(new JournalError('the journal cannot begin a new segment at this moment'));
      return;
    }
    try {
      await replaceFileDurably(path, encodeBase(fleet));
      const next = openSegment(this.#folder, path, Number.POSITIVE_INFINITY);
      closeSync(state.fd);
      this.#state = next;
      settle.resolve(fleet.seq + 1);
    } catch (error) {
      if (existsSync(path)) this.#retire(state, error);
      settle.reject(cannotWrite(error));
    }
  }

  /** Waits for what is under way, then lets go of the file. */
  async close(): Promise<void> {
    await this.#flushing;
    if (this.#state.is === 'open') closeSync(this.#state.fd);
    this.#state = { is: 'closed' };
  }
}

/** What the file has beyond `keepBytes` was never acknowledged, and is cut off. */
function openSegment(folder: string, path: string, keepBytes: number): Open {
  const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600);
  try {
    if (fstatSync(fd).size > keepBytes) ftruncateSync(fd, keepBytes);
    syncFolder(folder);
    const bytes = fstatSync(fd).size;
    return { is: 'open', fd, path, bytes, fullAtBytes: bytes + segmentLimitBytes };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Whether there is a base at the path already. One that cannot be read is none. */
function isBase(path: string, firstSeq: number): boolean {
  try {
    return beginsWithBase({ path, firstSeq });
  } catch {
    return false;
  }
}

/** Cleaning up after a fault: it may fail for the same reason, and nothing durable depends on it. */
function isDone(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

const cannotWrite = (error: unknown, mayBeFound = false): JournalError =>
  new JournalError(
    `the journal cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    mayBeFound,
  );
