/** Keeps one WebSocket to a coordinator, or the wish for one: connects, watches that it lives, connects again. */
import type { z } from 'zod';
import { type ClientFailure, connectionFailure } from './client.ts';
import type { FollowState } from './follow-state.ts';
import type { HttpClient } from './http-client.ts';
import { openSocket, type OpenSocket, type SocketConstructor } from './socket.ts';

export interface FeedOptions {
  readonly client: Pick<HttpClient, 'url' | 'ticket'>;
  /** Left out: the global one. Node before 22 has none; pass that of the `ws` package. */
  readonly WebSocket?: SocketConstructor;
  readonly onState: (state: FollowState) => void;
  /** Pauses before the tries after a loss, in milliseconds; the last one repeats. 0.5, 1, 2, 4, 8, 10 seconds. */
  readonly backOffMs?: readonly number[];
  /** A connection on which nothing came for so long is dead; 40 seconds. The coordinator says something every 15. */
  readonly silenceMs?: number;
}

export interface Feed {
  /** Ends the pause of a lost connection at once; without effect otherwise. */
  retryNow(): void;
  /** No callback comes after this. */
  close(): void;
}

/** What is said on the connections of one feed. */
export interface Talk<M> {
  readonly schema: z.ZodType<M>;
  /** Where the next connection goes. `isLive`: as soon as it is open; else a message says so. */
  connect(): { readonly path: string; readonly query: Readonly<Record<string, string>>; readonly isLive: boolean };
  /** `live`: what was delivered is the present. A failure ends the connection, and a new one is made. */
  take(message: M): 'live' | 'fine' | ClientFailure;
  /** True when the coordinator closed with this code because nothing more will come: then the feed is over. */
  endsWith?(closeCode: number): boolean;
}

const defaultBackOffMs = [500, 1000, 2000, 4000, 8000, 10_000];
const defaultSilenceMs = 40_000;
/** From the ticket to the first message; on one machine this takes milliseconds. */
const openingLimitMs = 15_000;

/** Follows until `close()`. The first callback is `onState({status: 'connecting'})`, during the call. */
export function startFeed<M>(options: FeedOptions, talk: Talk<M>): Feed {
  const WebSocket = options.WebSocket ?? (globalThis as unknown as { WebSocket?: SocketConstructor }).WebSocket;
  if (WebSocket === undefined) throw new TypeError('No global WebSocket here: pass the one of the ws package.');
  return new SocketFeed(options, talk, WebSocket);
}

type Timer = ReturnType<typeof setTimeout>;

/** `lost` is null until a connection was live or a first try has failed. */
type Phase =
  | {
      readonly name: 'opening';
      readonly tries: number;
      readonly lost: Loss | null;
      readonly limit: Timer;
      socket: OpenSocket | null;
    }
  | {
      readonly name: 'live';
      readonly tries: number;
      readonly since: number;
      readonly socket: OpenSocket;
      silence: Timer;
    }
  | { readonly name: 'waiting'; readonly tries: number; readonly lost: Loss; readonly timer: Timer }
  | { readonly name: 'over' };
type Loss = Pick<Extract<FollowState, { status: 'lost' }>, 'since' | 'failure'>;

/**
 *   opening -> live -> waiting -> opening -> ...      any -> over (closed by the caller, the token is refused, all was said)
 *        \-----------> waiting
 */
class SocketFeed<M> implements Feed {
  readonly #options: FeedOptions;
  readonly #talk: Talk<M>;
  readonly #WebSocket: SocketConstructor;
  readonly #backOffMs: readonly number[];
  readonly #silenceMs: number;
  readonly #begun = Date.now();
  #phase: Phase = { name: 'over' };
  #heardAt = 0;

  constructor(options: FeedOptions, talk: Talk<M>, WebSocket: SocketConstructor) {
    this.#options = options;
    this.#talk = talk;
    this.#WebSocket = WebSocket;
    this.#backOffMs = options.backOffMs ?? defaultBackOffMs;
    this.#silenceMs = options.silenceMs ?? defaultSilenceMs;
    this.#open(0, null);
  }

  retryNow(): void {
    const phase = this.#phase;
    if (phase.name !== 'waiting') return;
    clearTimeout(phase.timer);
    this.#open(phase.tries, phase.lost);
  }

  close(): void {
    this.#leave();
    this.#phase = { name: 'over' };
  }

  #open(tries: number, lost: Loss | null): void {
    const limit = setTimeout(() => this.#lose(notOpened(this.#options.client.url)), openingLimitMs);
    const phase: Phase = { name: 'opening', tries, lost, limit, socket: null };
    this.#phase = phase;
    this.#options.onState(lost === null ? { status: 'connecting' } : { status: 'lost', ...lost, nextTryAt: null });
    void this.#options.client.ticket().then((ticket) => {
      if (this.#phase !== phase) return;
      if (ticket.ok) phase.socket = this.#connect(ticket.value);
      else if (isRefusal(ticket.failure)) this.#refuse(ticket.failure);
      else this.#lose(ticket.failure);
    });
  }

  #connect(ticket: string): OpenSocket {
    const { url } = this.#options.client;
    const { path, query, isLive } = this.#talk.connect();
    const search = new URLSearchParams({ ticket, ...query });
    const address = `${url.replace(/^http/, 'ws')}${path}?${search.toString()}`;
    return openSocket(this.#WebSocket, address, url, {
      schema: this.#talk.schema,
      onOpen: () => {
        if (isLive) this.#goLive();
      },
      onMessage: (message) => this.#take(message),
      onEnd: (failure, closeCode) => {
        if (closeCode !== null && this.#talk.endsWith?.(closeCode) === true) this.close();
        else this.#lose(failure);
      },
    });
  }

  #take(message: M): void {
    this.#heardAt = performance.now();
    const taken = this.#talk.take(message);
    if (taken === 'live') this.#goLive();
    else if (taken !== 'fine') this.#lose(taken);
  }

  #goLive(): void {
    const phase = this.#phase;
    if (phase.name !== 'opening' || phase.socket === null) return;
    clearTimeout(phase.limit);
    const since = Date.now();
    this.#heardAt = performance.now();
    const silence = setTimeout(() => this.#listen(), this.#silenceMs);
    this.#phase = { name: 'live', tries: phase.tries, since, socket: phase.socket, silence };
    this.#options.onState({ status: 'live', since });
  }

  /** One timer for all messages: it looks when the last one was, and comes again when the time is not up. */
  #listen(): void {
    const phase = this.#phase;
    if (phase.name !== 'live') return;
    const leftMs = this.#silenceMs - (performance.now() - this.#heardAt);
    if (leftMs > 0) phase.silence = setTimeout(() => this.#listen(), leftMs);
    else this.#lose(nothingHeard(this.#options.client.url, this.#silenceMs));
  }

  #lose(failure: ClientFailure): void {
    const phase = this.#phase;
    if (phase.name !== 'opening' && phase.name !== 'live') return;
    this.#leave();
    const longest = this.#backOffMs.at(-1) ?? 0;
    const now = Date.now();
    // Only a connection that held longer than the longest pause clears the count; else one that breaks at once would storm.
    const tries = phase.name === 'live' && now - phase.since > longest ? 0 : phase.tries;
    const since = phase.name === 'live' ? now : (phase.lost?.since ?? this.#begun);
    const pauseMs = this.#backOffMs[tries] ?? longest;
    const lost = { since, failure };
    const timer = setTimeout(() => this.#open(tries + 1, lost), pauseMs);
    this.#phase = { name: 'waiting', tries: tries + 1, lost, timer };
    this.#options.onState({ status: 'lost', ...lost, nextTryAt: now + pauseMs });
  }

  #refuse(failure: ClientFailure): void {
    this.close();
    this.#options.onState({ status: 'refused', failure });
  }

  /** Lets go of what the present phase holds. */
  #leave(): void {
    const phase = this.#phase;
    if (phase.name === 'opening') clearTimeout(phase.limit);
    if (phase.name === 'live') clearTimeout(phase.silence);
    if (phase.name === 'waiting') clearTimeout(phase.timer);
    if (phase.name === 'opening' || phase.name === 'live') phase.socket?.close();
  }
}

const isRefusal = ({ code }: ClientFailure): boolean => code === 'UNAUTHENTICATED' || code === 'NOT_ALLOWED';

const notOpened = (url: string): ClientFailure =>
  connectionFailure('UNREACHABLE', `${url} opened no socket with a first message within ${openingLimitMs / 1000} s.`);

const nothingHeard = (url: string, silenceMs: number): ClientFailure =>
  connectionFailure(
    'UNREACHABLE',
    `Nothing came from ${url} for ${silenceMs / 1000} s, so the connection is taken for dead. It is made again.`,
  );
