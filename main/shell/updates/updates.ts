/**
 * The update channel. It asks and says; it fetches when told to (by a person, or by the channel `install_on_quit`); what it
 * fetched is installed by Quit and nowhere else.
 *
 *   idle -> checking -> up_to_date | available | failed
 *   available -> downloading -> ready | failed      failed -> checking
 */
import type { UpdateSettings } from '../../../protocol/config.ts';
import type { UpdateStatus } from '../../../protocol/desktop.ts';
import type { ShellLog } from '../log.ts';
import type { UpdateClient } from './update-client.ts';
import { type UpdateState, notLooked, troubleOf, updateStatus } from './update-state.ts';

const HOUR_MS = 3_600_000;
/** Whether it is time is looked at this often, so that a machine that slept over it asks soon after it wakes. */
const LOOK_MS = HOUR_MS / 4;
const CHECK_EVERY_MS = 24 * HOUR_MS;
/** After a failure: the network of a machine that has just started is often not there yet. */
const AGAIN_AFTER_FAILURE_MS = HOUR_MS;
/** Part of the time between two checks, so that all machines of an office do not ask at once. */
const JITTER = 0.1;

export interface UpdatesOptions {
  /** As in force at the moment. */
  readonly settings: () => UpdateSettings;
  /** Of the running program. */
  readonly version: string;
  /** Why this copy cannot be updated; null: it can. */
  readonly unavailable: string | null;
  readonly open: (feed: string) => Promise<UpdateClient>;
  readonly log: ShellLog;
  readonly onChange: () => void;
}

export class Updates {
  readonly #options: UpdatesOptions;
  #state: UpdateState = notLooked;
  /** The client, and the feed it belongs to. */
  #client: { readonly feed: string; readonly opened: Promise<UpdateClient> } | null = null;
  #installer: UpdateClient | null = null;
  /** What the state stands for; null: none was asked yet. */
  #feed: string | null = null;
  /** When to ask next (milliseconds since 1970). */
  #due = 0;

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /** Asks now where the channel is on, and from then on once a day. */
  begin(): void {
    if (this.#options.unavailable !== null) return;
    this.#askWhenDue();
    setInterval(() => this.#askWhenDue(), LOOK_MS).unref();
  }

  /** Where it stands. */
  status(): UpdateStatus {
    this.#followFeed();
    const { version, settings, unavailable } = this.#options;
    return updateStatus(version, settings(), unavailable, this.#state);
  }

  /** The same; a channel that was switched on since is asked. */
  look(): UpdateStatus {
    this.#askWhenDue();
    return this.status();
  }

  /** Asks the feed now, unless a download is under way or done. Never rejects: the answer says what went wrong. */
  async check(): Promise<UpdateStatus> {
    const { channel, feed } = this.#options.settings();
    const { phase } = this.#state;
    const isBusy = phase === 'checking' || phase === 'downloading' || phase === 'ready';
    if (this.#options.unavailable !== null || channel === 'off' || feed === null || isBusy) return this.status();
    this.#feed = feed;
    this.#setDue(CHECK_EVERY_MS);
    this.#become({ phase: 'checking', trouble: null });
    try {
      const available = await (await this.#clientOf(feed)).check();
      if (!this.#isStill(feed)) return this.status();
      const phase = available === null ? 'up_to_date' : 'available';
      this.#become({ phase, available, checkedAt: new Date().toISOString() });
      if (available !== null && channel === 'install_on_quit') this.download();
    } catch (error) {
      this.#fail(error, feed, null);
      this.#setDue(AGAIN_AFTER_FAILURE_MS);
    }
    return this.status();
  }

  /** Begins to fetch what was found; `status` tells how far it is. */
  download(): UpdateStatus {
    const { feed } = this.#options.settings();
    const isFound =
      this.#state.phase === 'available' || (this.#state.phase === 'failed' && this.#state.available !== null);
    if (isFound && feed !== null) void this.#download(feed);
    return this.status();
  }

  /** The version that can be installed now; null: there is none, or the channel was switched off. */
  ready(): string | null {
    return this.status().phase === 'ready' ? this.#state.available : null;
  }

  /** Starts the installer; this process must end at once. Never throws: what cannot be installed is installed another time. */
  install(restart: boolean): boolean {
    const { log } = this.#options;
    try {
      const version = this.ready();
      const isStarted = version !== null && this.#installer?.install(restart) === true;
      log.info(isStarted ? `Installing version ${version}.` : 'The installer was not started.');
      return isStarted;
    } catch (error) {
      log.error(`The update could not be installed: ${String(error)}`);
      return false;
    }
  }

  /** What another feed offered is nothing that this one stands for. */
  #followFeed(): void {
    const { feed } = this.#options.settings();
    if (this.#feed === null || this.#feed === feed || feed === null) return;
    this.#feed = null;
    this.#installer = null;
    this.#state = { ...notLooked, checkedAt: this.#state.checkedAt };
    this.#due = 0;
  }

  async #download(feed: string): Promise<void> {
    const { available } = this.#state;
    this.#become({ phase: 'downloading', percent: 0, trouble: null });
    try {
      const client = await this.#clientOf(feed);
      await client.download((percent) => this.#isStill(feed) && this.#become({ percent }));
      if (!this.#isStill(feed)) return;
      this.#installer = client;
      this.#become({ phase: 'ready', percent: null });
    } catch (error) {
      this.#fail(error, feed, available);
    }
  }

  /** A client that could not be opened is not kept. */
  #clientOf(feed: string): Promise<UpdateClient> {
    if (this.#client?.feed !== feed) {
      const opened = this.#options.open(feed);
      this.#client = { feed, opened };
      opened.catch(() => {
        if (this.#client?.opened === opened) this.#client = null;
      });
    }
    return this.#client.opened;
  }

  #askWhenDue(): void {
    this.#followFeed();
    if (this.#options.unavailable !== null || this.#options.settings().channel === 'off') return;
    const { phase } = this.#state;
    if (Date.now() >= this.#due && phase !== 'checking') void this.check();
  }

  #setDue(inMs: number): void {
    this.#due = Date.now() + inMs * (1 - JITTER + 2 * JITTER * Math.random());
  }

  /** False: the settings name another feed by now, and what came from this one counts for nothing. */
  #isStill(feed: string): boolean {
    this.#followFeed();
    return this.#feed === feed;
  }

  #fail(error: unknown, feed: string, available: string | null): void {
    if (!this.#isStill(feed)) return;
    const trouble = troubleOf(error, feed);
    this.#options.log.error(`Updates: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    this.#become({ phase: 'failed', trouble, available, percent: null });
  }

  #become(change: Partial<UpdateState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onChange();
  }
}
