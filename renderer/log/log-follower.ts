/**
 * Follows one agent's log by byte ranges: first its end, then whatever is added, for as long as it may grow.
 *
 *   loading -> following <-> troubled (asks again, slower)
 *                  \-> ended          (the agent is over and everything it wrote was read)
 */
import type { ClientFailure, ClientResult } from '../../clients/typescript/client.ts';
import type { LogPiece, LogRange } from '../../clients/typescript/log-range.ts';
import {
  appendPiece,
  emptyWindow,
  isFull,
  type LogBounds,
  type LogWindow,
  prependPiece,
  windowOn,
  withLinesBefore,
} from './log-window.ts';

export type FollowPhase =
  | { readonly status: 'loading' }
  | { readonly status: 'following' }
  | { readonly status: 'ended' }
  | { readonly status: 'troubled'; readonly failure: ClientFailure };

export interface FollowedLog {
  readonly phase: FollowPhase;
  readonly window: LogWindow;
  /** An earlier part is being fetched. */
  readonly loadingEarlier: boolean;
  /** A later part, after the window was moved away from the end. */
  readonly loadingLater: boolean;
}

export const nothingRead: FollowedLog = {
  phase: { status: 'loading' },
  window: emptyWindow,
  loadingEarlier: false,
  loadingLater: false,
};

export interface FollowerOptions {
  readonly readLog: (range: LogRange) => Promise<ClientResult<LogPiece>>;
  readonly bounds: LogBounds;
  /** Bytes fetched at first, and per "load earlier". */
  readonly pieceBytes: number;
  readonly pollMs: number;
  /** Pause after a failed read. */
  readonly retryMs: number;
}

/** Most that one poll fetches. Further behind than the window can hold, it starts again at the end. */
const maxPollBytes = 1024 * 1024;
const smallestPiece = 16 * 1024;

export class LogFollower {
  readonly #options: FollowerOptions;
  #log: FollowedLog = nothingRead;
  /** The agent may still write. */
  #growing = true;
  /** The page is looked at, so that polling is worth it. */
  #watched = true;
  /** The newest lines are on screen: older ones may be let go for them. */
  #atEnd = true;
  #wake: (() => void) | null = null;
  #listener: (() => void) | null = null;
  /** Counts the subscriptions: what an earlier one still awaits is not for the next. */
  #round = 0;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Starts reading; `listener` is told when `current()` is another value. One at a time. Returns the end of it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listener = listener;
    this.#round += 1;
    void this.#run(this.#round);
    return () => {
      this.#listener = null;
      this.#round += 1;
      this.#wakeUp();
    };
  };

  readonly current = (): FollowedLog => this.#log;

  setGrowing(growing: boolean): void {
    this.#growing = growing;
    this.#wakeUp();
  }

  setWatched(watched: boolean): void {
    this.#watched = watched;
    this.#wakeUp();
  }

  /** While false nothing is let go at the top: once the window is full it waits. */
  setAtEnd(atEnd: boolean): void {
    this.#atEnd = atEnd;
    if (atEnd) this.#wakeUp();
  }

  /** Back to the newest lines, also after they were let go for earlier ones. */
  async toEnd(): Promise<void> {
    this.#atEnd = true;
    const { end, total } = this.#log.window;
    if (end < total) await this.#readTail();
    this.#wakeUp();
  }

  /** What is around a byte of the log, in place of what is held; a no-op where that is held already. */
  async goTo(offset: number): Promise<void> {
    this.#atEnd = false;
    const { start, end } = this.#log.window;
    if (offset >= start && offset < end) return;
    // Of many short lines a piece holds more than is held: then a smaller one, so that the place itself stays.
    for (let { pieceBytes: size } = this.#options; ; size = Math.floor(size / 4)) {
      const from = Math.max(0, offset - Math.floor(size / 2));
      const piece = await this.#options.readLog({ start: from, end: from + size });
      if (!piece.ok) return this.#set({ phase: { status: 'troubled', failure: piece.failure } });
      const window = windowOn(piece.value, this.#options.bounds);
      if (window.start > offset && size > smallestPiece) continue;
      return this.#set({ window });
    }
  }

  async loadEarlier(): Promise<void> {
    const { start } = this.#log.window;
    if (start === 0 || this.#log.loadingEarlier) return;
    this.#set({ loadingEarlier: true });
    const piece = await this.#options.readLog({ start: Math.max(0, start - this.#options.pieceBytes), end: start });
    if (!piece.ok) return this.#set({ loadingEarlier: false, phase: { status: 'troubled', failure: piece.failure } });
    const window = prependPiece(this.#log.window, piece.value, this.#options.bounds);
    this.#set({ loadingEarlier: false, window });
  }

  /** What follows the window, where its end is not the end of the log. */
  async loadLater(): Promise<void> {
    const { end, total } = this.#log.window;
    if (end >= total || this.#log.loadingLater) return;
    this.#set({ loadingLater: true });
    const piece = await this.#options.readLog({ start: end, end: end + this.#options.pieceBytes });
    if (!piece.ok) return this.#set({ loadingLater: false, phase: { status: 'troubled', failure: piece.failure } });
    const { window } = this.#log;
    const fits = window.end === piece.value.start;
    this.#set({ loadingLater: false, window: fits ? appendPiece(window, piece.value, this.#options.bounds) : window });
  }

  /** Somebody counted the line ends before `offset`. */
  setLinesBefore(offset: number, lines: number): void {
    this.#set({ window: withLinesBefore(this.#log.window, offset, lines) });
  }

  async #run(round: number): Promise<void> {
    await this.#readTail();
    while (this.#round === round) {
      const { status } = this.#log.phase;
      await this.#pause(status === 'troubled' ? this.#options.retryMs : this.#options.pollMs);
      if (this.#watched && this.#round === round) await this.#step();
    }
  }

  async #step(): Promise<void> {
    const { phase, window } = this.#log;
    if (phase.status === 'loading' || (phase.status === 'troubled' && window.total === 0)) return this.#readTail();
    if (phase.status === 'ended' && !this.#growing) return;
    if (!this.#atEnd && isFull(window, this.#options.bounds)) return;
    if (window.end < window.total && !this.#atEnd) return;
    await this.#readOn(this.#growing);
  }

  /** `growing` is taken before the read: what an agent wrote before its end is there once its end is known. */
  async #readOn(growing: boolean): Promise<void> {
    const { end } = this.#log.window;
    // One known byte comes along, so that "nothing new" is an answer and not a refused range.
    const known = Math.min(1, end);
    const piece = await this.#options.readLog({ start: end - known, end: end + maxPollBytes });
    if (!piece.ok) return this.#set({ phase: { status: 'troubled', failure: piece.failure } });
    if (this.#log.window.end !== end) return; // Moved to another place of the log meanwhile.
    const { total, bytes } = piece.value;
    // Shorter than what was read: another file stands there now. Far ahead: only its end fits anyway.
    if (total < end || total - piece.value.end > this.#options.bounds.maxBytes) return this.#readTail();
    const over = !growing && piece.value.end >= total;
    const window = appendPiece(
      this.#log.window,
      { ...piece.value, start: end, bytes: bytes.subarray(known) },
      this.#options.bounds,
    );
    this.#set({ window, phase: { status: over ? 'ended' : 'following' } });
    if (piece.value.end < total && bytes.length > known) await this.#readOn(growing);
  }

  async #readTail(): Promise<void> {
    const growing = this.#growing;
    const piece = await this.#options.readLog({ lastBytes: this.#options.pieceBytes });
    if (!piece.ok) return this.#set({ phase: { status: 'troubled', failure: piece.failure } });
    const window = windowOn(piece.value, this.#options.bounds);
    this.#set({ window, phase: { status: growing ? 'following' : 'ended' } });
  }

  #set(change: Partial<FollowedLog>): void {
    const next = { ...this.#log, ...change };
    const quiet = next.window === this.#log.window || isSameWindow(next.window, this.#log.window);
    const same =
      quiet &&
      next.phase.status === this.#log.phase.status &&
      next.loadingEarlier === this.#log.loadingEarlier &&
      next.loadingLater === this.#log.loadingLater;
    if (same) return;
    this.#log = next;
    this.#listener?.();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #wakeUp(): void {
    this.#wake?.();
    this.#wake = null;
  }
}

const isSameWindow = (a: LogWindow, b: LogWindow): boolean =>
  a.start === b.start &&
  a.end === b.end &&
  a.total === b.total &&
  a.firstLine === b.firstLine &&
  a.lines.length === b.lines.length;
