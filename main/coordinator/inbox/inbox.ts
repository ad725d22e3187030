/**
 * The requests folder. The watcher is only a hint that makes an answer quick; the sweep, every second and a half, is the
 * guarantee: whatever the watcher missed, dropped or invented, a file that lies there is taken. A file goes when its
 * request is durable or its refusal is answered, and not before; what the disk refuses waits where it lies.
 */
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join, parse } from 'node:path';
import { type Failure, failureFromUnknown, failureOf } from '../../../protocol/failures.ts';
import { requestIdSchema } from '../../../protocol/names.ts';
import { requestIdOf } from '../../../protocol/parse-request.ts';
import type { Clock } from '../clock.ts';
import { makeFolder } from '../ledger/atomic-file.ts';
import { isStorageError } from '../ledger/storage-error.ts';
import type { Layout } from '../root/layout.ts';
import { isAside, ownName } from './aside.ts';
import { FolderWatch } from './folder-watch.ts';
import { Leaving } from './leaving.ts';
import { codeOf, isForLater } from './passing-trouble.ts';
import { Patience } from './patience.ts';
import { Rejected } from './rejected.ts';
import { readRequestFile } from './request-file.ts';

const sweepEveryMs = 1500;
/** A burst of hints becomes one sweep. */
const hintGapMs = 2;
/**
 * Looking through thousands of names takes longer than that, and thousands of hints come in one go: sweeps by hints take a
 * fifth of the time at most, so that the files they find get their turn.
 */
const restPerSweep = 4;
/** How many files are read before other work gets a turn. */
const filesPerTurn = 32;
/** How many requests may wait for the disk at a time: each holds its body (1 MiB at most), and perhaps a descriptor. */
const mostUnsettled = 256;

/** Any `*.json` that is not hidden, whatever the case. */
const requestName = /^[^.].*\.json$/i;

export interface InboxOptions {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /**
   * Carries out a body. Calls `taken` as soon as the request is durable, so that its file may go; settles when it is
   * answered. A failure is one that was not taken: the file goes to `rejected/`, or stays when it says that of the
   * coordinator and not of the request (STORAGE_UNAVAILABLE, STOPPING).
   */
  readonly handle: (body: unknown, taken: () => void, aside: Aside) => Promise<Failure | null>;
  /** Answers a file that is no request, under the name its writer will look for. False: stopping, and it was not answered. */
  readonly refuse: (requestId: string, failure: Failure) => Promise<boolean>;
}

/**
 * Says that a request waits for agents, perhaps for an hour, and holds up nobody meanwhile; its file lies there until it is
 * answered. The signal is aborted when somebody takes the file away: then nobody waits for the answer.
 */
export type Aside = () => AbortSignal;

/** What a sweep may find again and again, and says once until it is over. */
type Trouble = 'folder' | 'watch' | 'read' | 'disk';

export class Inbox {
  readonly #options: InboxOptions;
  readonly #patience: Patience;
  readonly #rejected: Rejected;
  readonly #watch: FolderWatch;
  readonly #inHand = new Set<string>();
  /** Of those in hand: who waits for agents, and not for the disk. */
  readonly #aside = new Map<string, AbortController>();
  readonly #pending: string[] = [];
  readonly #leaving: Leaving;
  /** Files we took away, until the watcher has told us so: that is no news. */
  readonly #removed = new Set<string>();
  #interval: NodeJS.Timeout | null = null;
  #hinted: NodeJS.Timeout | null = null;
  #turn: NodeJS.Immediate | null = null;
  /** When the last one was over, and how long hints have to wait after it. */
  #lastSweep = 0;
  #restMs = hintGapMs;
  #unsettled = 0;
  /** The disk refused: nothing is tried again before the next regular sweep. */
  #isPaused = false;
  readonly #told = new Set<Trouble>();
  #closed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#patience = new Patience(options.clock);
    this.#rejected = new Rejected(options.layout, options.log);
    this.#leaving = new Leaving({
      folder: options.layout.requests,
      log: options.log,
      onTake: (name) => this.#removed.add(name),
    });
    this.#watch = new FolderWatch({
      folder: options.layout.requests,
      onHint: (name) => {
        if (name === null || this.#isNews(name)) this.#hint();
      },
      log: options.log,
    });
  }

  open(): void {
    this.#interval = setInterval(() => this.#regularSweep(), sweepEveryMs);
    this.#regularSweep();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#interval !== null) clearInterval(this.#interval);
    if (this.#hinted !== null) clearTimeout(this.#hinted);
    if (this.#turn !== null) clearImmediate(this.#turn);
    await this.#watch.close();
  }

  /** Takes up what lies there now. How many files are in hand afterwards. */
  sweepNow(): number {
    this.#regularSweep();
    return this.#inHand.size;
  }

  /** A name that cannot be a request (its writer's temporary file) is none, and neither is a file that we took away. */
  #isNews(name: string): boolean {
    return requestName.test(name) && !this.#removed.delete(name);
  }

  #hint(): void {
    if (this.#closed || this.#isPaused || this.#hinted !== null) return;
    const sinceMs = this.#options.clock.monotonic() - this.#lastSweep;
    if (sinceMs >= this.#restMs) this.#sweep();
    else this.#hinted = setTimeout(() => this.#sweep(), this.#restMs);
  }

  /** The one that relies on nothing: not on a hint, and not on how the last one went. */
  #regularSweep(): void {
    this.#removed.clear(); // What the watcher did not tell by now, it never will.
    this.#isPaused = false;
    this.#sweep();
    try {
      this.#watch.keep();
    } catch (error) {
      this.#say('watch', `requests/ cannot be watched, the sweep goes on: ${String(error)}`);
    }
  }

  #sweep(): void {
    if (this.#hinted !== null) clearTimeout(this.#hinted);
    this.#hinted = null;
    if (this.#closed) return;
    const began = this.#options.clock.monotonic();
    this.#look();
    this.#lastSweep = this.#options.clock.monotonic();
    this.#restMs = Math.max(hintGapMs, restPerSweep * (this.#lastSweep - began));
    if (this.#turn === null) this.#work();
  }

  #look(): void {
    const names = this.#list();
    if (names === null) return;
    const there = new Set(names);
    this.#patience.keepOnly(there);
    this.#leaving.keepOnly(there);
    for (const [name, gone] of this.#aside) if (!there.has(name)) gone.abort();
    for (const name of names) {
      if (this.#inHand.has(name)) continue;
      this.#inHand.add(name);
      this.#pending.push(name);
    }
  }

  /** null: the folder cannot be read now. */
  #list(): string[] | null {
    const { requests } = this.#options.layout;
    try {
      if (!lstatSync(requests).isDirectory()) {
        this.#say(
          'folder',
          `${requests} is not a folder any more, so nothing is taken from it; remove what stands in its place`,
        );
        return null;
      }
      const names = readdirSync(requests);
      this.#told.delete('folder');
      // None is in use between two turns: a crash left it, or trouble.
      const back = names.filter(isAside).flatMap((name) => this.#leaving.giveBack(name) ?? []);
      return [...names, ...back].filter((name) => requestName.test(name)).sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') this.#makeFolderAgain();
      else this.#say('folder', `requests/ cannot be read, it is tried again: ${String(error)}`);
      return null;
    }
  }

  #makeFolderAgain(): void {
    try {
      makeFolder(this.#options.layout.requests);
      this.#options.log('requests/ was removed; it was made again');
      this.#watch.keep();
    } catch (error) {
      this.#say('folder', `requests/ was removed and cannot be made again: ${String(error)}`);
    }
  }

  #work(): void {
    this.#turn = null;
    if (this.#closed || this.#isPaused) {
      for (const name of this.#pending.splice(0)) this.#inHand.delete(name);
      return;
    }
    for (let taken = 0; taken < filesPerTurn && this.#unsettled < mostUnsettled; taken++) {
      const name = this.#pending.shift();
      if (name === undefined) return;
      try {
        this.#take(name);
      } catch (error) {
        this.#inHand.delete(name);
        this.#say('read', `${name} cannot be looked at, it is tried again: ${String(error)}`);
      }
    }
    if (this.#unsettled < mostUnsettled) this.#workSoon();
  }

  #workSoon(): void {
    if (this.#pending.length > 0) this.#turn ??= setImmediate(() => this.#work());
  }

  #take(name: string): void {
    if (this.#leaving.isStillStuck(name)) return void this.#inHand.delete(name);
    const file = readRequestFile(this.#path(name));
    switch (file.is) {
      case 'body':
        this.#told.delete('read');
        this.#settle(name, this.#carryOut(name, file.mark, file.body));
        return;
      case 'unreadable':
        if (!file.mayGrow || this.#patience.isOver(name, file.mark)) {
          this.#settle(name, this.#turnAway(name, file.mark, stemOf(name), file.failure));
        } else this.#inHand.delete(name);
        return;
      case 'later':
        this.#say('read', `${name} cannot be read now, it is tried again: ${file.why}`);
        this.#inHand.delete(name);
        return;
      case 'gone':
        this.#inHand.delete(name);
    }
  }

  #settle(name: string, work: Promise<void>): void {
    this.#unsettled += 1;
    work
      .catch((error: unknown) => this.#options.log(`${name}: ${String(error)}`))
      .finally(() => {
        if (!this.#aside.delete(name)) this.#unsettled -= 1;
        this.#inHand.delete(name);
        this.#workSoon();
      });
  }

  async #carryOut(name: string, mark: string, body: unknown): Promise<void> {
    const { handle, log } = this.#options;
    let isTaken = false;
    const taken = (): void => {
      if (isTaken) return;
      isTaken = true;
      this.#told.delete('disk');
      this.#leaving.leave(name, mark, (take) => {
        const aside = take();
        if (aside !== null) rmSync(aside, { force: true });
      });
    };
    const failure = await handle(body, taken, () => this.#putAside(name)).catch(failureOfThrown);
    if (failure === null) taken();
    // Durable is durable: what happens after it is answered from the journal, never by a refusal.
    else if (isTaken) log(`${name} was taken, and then: ${failure.message}`);
    else if (isForLater(failure)) this.#pause(name, failure);
    else await this.#turnAway(name, mark, requestIdOf(body) ?? stemOf(name), failure, body);
  }

  #putAside(name: string): AbortSignal {
    const known = this.#aside.get(name);
    if (known !== undefined) return known.signal;
    const gone = new AbortController();
    this.#aside.set(name, gone);
    this.#unsettled -= 1;
    this.#workSoon();
    return gone.signal;
  }

  /** The answer first: who waits for it must find it whatever happens to the file. */
  async #turnAway(
    name: string,
    mark: string,
    requestId: string | null,
    failure: Failure,
    body: unknown = null,
  ): Promise<void> {
    if (requestId !== null && !(await this.#options.refuse(requestId, failure))) return;
    this.#leaving.leave(name, mark, (take) => this.#rejected.put(ownName(name), requestId, failure, take, body));
  }

  #pause(name: string, failure: Failure): void {
    this.#isPaused = true;
    this.#say('disk', `${name} waits in requests/: ${failure.message}`);
  }

  #path(name: string): string {
    return join(this.#options.layout.requests, name);
  }

  #say(trouble: Trouble, words: string): void {
    if (this.#told.has(trouble)) return;
    this.#told.add(trouble);
    this.#options.log(words);
  }
}

function failureOfThrown(error: unknown): Failure {
  if (!isStorageError(error)) return failureFromUnknown(error);
  return failureOf(
    'STORAGE_UNAVAILABLE',
    `The request could not be carried out now: ${String(error)}. It is tried again.`,
  );
}

/** Clients name a request file after its id, so a file that says nothing readable is answered by its own name. */
function stemOf(name: string): string | null {
  const parsed = requestIdSchema.safeParse(parse(ownName(name)).name);
  return parsed.success ? parsed.data : null;
}
