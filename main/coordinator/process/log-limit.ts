/**
 * Keeping an agent's log from filling the disk. The agent writes it by its own descriptor, so nothing slows it down: its
 * size is looked at, by one timer for all runs; an agent above the limit is stopped, and what is beyond the limit is cut off.
 * The beginning is kept and not the end: it tells how the flood began, one cut makes it, and what readers have read stays.
 */
import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, openSync, readSync, writeSync } from 'node:fs';

export interface LogCut {
  readonly keptBytes: number;
  /** What was seen beyond; more may have been written between two looks. */
  readonly cutBytes: number;
}

export interface LogLimitOptions {
  readonly limitBytes: number;
  readonly log: (line: string) => void;
}

/** At the full speed of a disk (1 GB/s) 100 MB are written between two looks; a look costs microseconds. */
const lookEveryMs = 100;
/** A log that nobody wrote to since the last look is looked at each so many times. */
const looksPerQuietLook = 5;
const mb = 1024 * 1024;
/** While an agent is being stopped its log is cut again whenever it is so much above the limit. */
const slackBytes = 4 * mb;
/** How the line begins that says what was cut. */
const markBegins = '[ziggie] log limit:';

export class LogLimit {
  readonly #options: LogLimitOptions;
  readonly #guards = new Set<LogGuard>();
  #looks = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: LogLimitOptions) {
    this.#options = options;
  }

  /** `onOver` is called once, with the size that was seen. The guard is to be finished or released. */
  guard(path: string, onOver: (bytes: number) => void): LogGuard {
    const guard = new LogGuard(this.#options, path, onOver, () => this.#forget(guard));
    this.#guards.add(guard);
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs).unref();
    return guard;
  }

  #look(): void {
    this.#looks += 1;
    const all = this.#looks % looksPerQuietLook === 0;
    for (const guard of this.#guards) if (all || !guard.isQuiet) guard.look();
  }

  #forget(guard: LogGuard): void {
    this.#guards.delete(guard);
    if (this.#guards.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

/** The log of one run. */
export class LogGuard {
  readonly #options: LogLimitOptions;
  readonly #path: string;
  readonly #onOver: (bytes: number) => void;
  readonly #onDone: () => void;
  /** Held from a quarter of the limit on, so that a log which the agent moves or removes then is still seen. */
  #fd: number | null = null;
  #isOver = false;
  #isTold = false;
  #cutBytes = 0;
  #lastSize = 0;
  #isQuiet = false;

  constructor(options: LogLimitOptions, path: string, onOver: (bytes: number) => void, onDone: () => void) {
    this.#options = options;
    this.#path = path;
    this.#onOver = onOver;
    this.#onDone = onDone;
  }

  /** Nothing was written between the last two looks. */
  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  look(): void {
    const { limitBytes } = this.#options;
    const size = this.#quietly(() => this.#size()) ?? 0;
    this.#isQuiet = size === this.#lastSize;
    this.#lastSize = size;
    // Descriptors are few: one is taken where the log is on its way to the limit.
    if (size > limitBytes / 4) this.#quietly(() => this.#open());
    if (size <= limitBytes) return;
    if (!this.#isOver) {
      this.#isOver = true;
      this.#onOver(size);
    }
    if (size > limitBytes + slackBytes) this.#quietly(() => this.#cut(this.#open(), size));
  }

  /** To be called when nothing writes any more: cuts what is beyond the limit and says so in the last line. null: nothing was. */
  finish(wasStopped: boolean): LogCut | null {
    const { limitBytes } = this.#options;
    const cut = this.#quietly(() => {
      const size = this.#size();
      if (size <= limitBytes && this.#cutBytes === 0) return null;
      const fd = this.#open();
      // A coordinator that ended between the cut and its record finds it done.
      if (!readAt(fd, limitBytes, markBegins.length + 1).includes(markBegins)) {
        if (size > limitBytes) this.#cut(fd, size);
        writeSync(fd, markLine(readAt(fd, limitBytes - 1, 1), limitBytes, this.#cutBytes, wasStopped), limitBytes);
      }
      return { keptBytes: limitBytes, cutBytes: this.#cutBytes };
    });
    this.release();
    return cut;
  }

  /** Lets go of the log without changing it. */
  release(): void {
    this.#onDone();
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #cut(fd: number, size: number): void {
    ftruncateSync(fd, this.#options.limitBytes);
    this.#cutBytes += size - this.#options.limitBytes;
  }

  /** 0 where there is no log. */
  #size(): number {
    if (this.#fd !== null) return fstatSync(this.#fd).size;
    const info = lstatSync(this.#path, { throwIfNoEntry: false });
    return info?.isFile() === true ? info.size : 0;
  }

  #open(): number {
    this.#fd ??= openSync(this.#path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
    return this.#fd;
  }

  /** Trouble with the log is told, once, and is no reason to end anything; null then. */
  #quietly<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      if (!this.#isTold) this.#options.log(`the size of ${this.#path} cannot be kept: ${String(error)}`);
      this.#isTold = true;
      return null;
    }
  }
}

function readAt(fd: number, position: number, length: number): string {
  const buffer = Buffer.alloc(length);
  return buffer.toString('latin1', 0, readSync(fd, buffer, 0, length, position));
}

function markLine(lastKept: string, kept: number, cut: number, wasStopped: boolean): string {
  const what = `the log was over ${megabytes(kept)} (limits.log_limit_mb); its first ${kept} bytes are kept, at least ${cut} after them were cut off`;
  const then = wasStopped ? 'The agent was stopped.' : 'The agent had ended by then.';
  return `${lastKept === '\n' ? '' : '\n'}${markBegins} ${what}. ${then}\n`;
}

export function megabytes(bytes: number): string {
  const size = bytes / mb;
  return `${Number.isInteger(size) ? size : size.toFixed(1)} MB`;
}
