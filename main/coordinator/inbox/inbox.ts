/**
 * The requests folder. The watcher is only a hint that makes an answer quick; the sweep, every second and a half, is the
 * guarantee: whatever the watcher missed, dropped or invented, a file that lies there is taken.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { type Failure, failureFromUnknown } from '../../../protocol/failures.ts';
import { requestIdSchema } from '../../../protocol/names.ts';
import { requestIdOf } from '../../../protocol/parse-request.ts';
import type { Clock } from '../clock.ts';
import type { Layout } from '../root/layout.ts';
import { Patience } from './patience.ts';
import { moveToRejected } from './rejected.ts';
import { readRequestFile } from './request-file.ts';

const sweepEveryMs = 1500;
/** A burst of hints becomes one sweep. */
const hintGapMs = 2;
/** How many files are read before other work gets a turn. */
const filesPerTurn = 32;

/** Any `*.json` that is not hidden, whatever the case. */
const requestName = /^[^.].*\.json$/i;

export interface InboxOptions {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  /**
   * Carries out a body. Calls `taken` as soon as the request is durable, so that its file may go; settles when it is
   * answered. A failure is one that was not taken: the file goes to `rejected/`.
   */
  readonly handle: (body: unknown, taken: () => void) => Promise<Failure | null>;
  /** Answers a file that is no request, under the name its writer will look for. */
  readonly refuse: (requestId: string, failure: Failure) => void;
}

export class Inbox {
  readonly #options: InboxOptions;
  readonly #patience: Patience;
  readonly #inHand = new Set<string>();
  readonly #pending: string[] = [];
  /** Files we took away, until the watcher has told us so: that is no news. */
  readonly #removed = new Set<string>();
  #watcher: FSWatcher | null = null;
  #interval: NodeJS.Timeout | null = null;
  #hinted: NodeJS.Timeout | null = null;
  #lastSweep = 0;
  #closed = false;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#patience = new Patience(options.clock);
  }

  open(): void {
    const { layout, log } = this.#options;
    // The files themselves are ours to look at: the watcher would only stat each of them once more.
    const ignored = (path: string): boolean => path !== layout.requests;
    this.#watcher = watch(layout.requests, { ignoreInitial: true, depth: 0, followSymlinks: false, ignored });
    // `raw` comes straight from the system, before the watcher makes up its mind.
    this.#watcher.on('raw', (_event, path: unknown) => {
      if (typeof path !== 'string' || this.#isNews(basename(path))) this.#hint(); // Without a name it may be anything.
    });
    this.#watcher.on('all', () => this.#hint());
    this.#watcher.once('ready', () => this.#hint()); // For what came while it was not watching yet.
    this.#watcher.on('error', (error) =>
      log(`the watcher of requests/ has trouble, the sweep goes on: ${String(error)}`),
    );
    this.#interval = setInterval(() => {
      this.#removed.clear(); // What the watcher did not tell by now, it never will.
      this.#sweep();
    }, sweepEveryMs);
    this.#sweep();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#interval !== null) clearInterval(this.#interval);
    if (this.#hinted !== null) clearTimeout(this.#hinted);
    await this.#watcher?.close();
  }

  /** A name that cannot be a request (its writer's temporary file) is none, and neither is a file that we took away. */
  #isNews(name: string): boolean {
    return requestName.test(name) && !this.#removed.delete(name);
  }

  #hint(): void {
    if (this.#closed || this.#hinted !== null) return;
    const sinceMs = this.#options.clock.monotonic() - this.#lastSweep;
    if (sinceMs >= hintGapMs) this.#sweep();
    else this.#hinted = setTimeout(() => this.#sweep(), hintGapMs);
  }

  #sweep(): void {
    if (this.#hinted !== null) clearTimeout(this.#hinted);
    this.#hinted = null;
    if (this.#closed) return;
    this.#lastSweep = this.#options.clock.monotonic();
    const names = this.#list();
    this.#patience.keepOnly(new Set(names));
    const isIdle = this.#pending.length === 0;
    for (const name of names) {
      if (this.#inHand.has(name)) continue;
      this.#inHand.add(name);
      this.#pending.push(name);
    }
    if (isIdle) this.#work();
  }

  #list(): string[] {
    const { requests } = this.#options.layout;
    try {
      return readdirSync(requests)
        .filter((name) => requestName.test(name))
        .sort();
    } catch (error) {
      // The folder was removed: it is made again, and the next sweep reads it.
      this.#options.log(`requests/ cannot be read (${String(error)}); making it again`);
      mkdirSync(requests, { recursive: true, mode: 0o700 });
      this.#watcher?.add(requests);
      return [];
    }
  }

  #work(): void {
    for (const name of this.#pending.splice(0, filesPerTurn)) this.#take(name);
    if (this.#pending.length > 0) setImmediate(() => this.#work());
  }

  #take(name: string): void {
    const { layout, handle, log } = this.#options;
    const file = readRequestFile(join(layout.requests, name));
    if (file.is === 'body') {
      const { body } = file;
      const taken = (): void => {
        this.#removed.add(name);
        rmSync(join(layout.requests, name), { force: true });
      };
      handle(body, taken)
        .catch((error: unknown) => failureFromUnknown(error))
        .then((failure) => {
          if (failure !== null) this.#reject(name, requestIdOf(body) ?? stemOf(name), failure);
        })
        .catch((error: unknown) => log(`${name} could not be put aside: ${String(error)}`))
        .finally(() => this.#inHand.delete(name));
      return;
    }
    if (file.is === 'unreadable' && (!file.mayGrow || this.#patience.isOver(name, file.signature))) {
      this.#reject(name, stemOf(name), file.failure);
    }
    this.#inHand.delete(name);
  }

  /** The answer first: who waits for it must find it whatever happens to the file. */
  #reject(name: string, requestId: string | null, failure: Failure): void {
    const { layout, refuse, log } = this.#options;
    if (requestId !== null) refuse(requestId, failure);
    try {
      moveToRejected(layout, name, requestId, failure);
    } catch (error) {
      log(`${name} could not be moved to rejected/: ${String(error)}`);
    }
  }
}

/** Clients name a request file after its id, so a file that says nothing readable is answered by its own name. */
function stemOf(name: string): string | null {
  const parsed = requestIdSchema.safeParse(parse(name).name);
  return parsed.success ? parsed.data : null;
}
