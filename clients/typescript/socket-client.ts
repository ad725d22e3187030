/** The fleet over a WebSocket: a snapshot, then every event in order, for as long as the caller wants it. */
import type { Degradation } from '../../protocol/api.ts';
import type { FleetSnapshot, Sequenced, SocketMessage } from '../../protocol/events.ts';
import { type ClientFailure, connectionFailure } from './client.ts';
import type { FollowState } from './follow-state.ts';
import type { HttpClient } from './http-client.ts';
import { openSocket, type OpenSocket, type SocketConstructor } from './socket.ts';

export interface FollowOptions {
  readonly client: Pick<HttpClient, 'url' | 'ticket'>;
  /** Left out: the global one. Node before 22 has none; pass that of the `ws` package. */
  readonly WebSocket?: SocketConstructor;
  /** Replaces everything known so far. Comes again whenever the thread of events was lost. */
  readonly onSnapshot: (fleet: FleetSnapshot, timestamp: string) => void;
  /** The event right after the last one, or after the snapshot's `seq`. Never twice, never with a gap. */
  readonly onEvent: (event: Sequenced) => void;
  readonly onState: (state: FollowState) => void;
  /** What of the coordinator's storage is in trouble; comes at each change. After each `live` state it is nothing until told. */
  readonly onHealth?: (degraded: readonly Degradation[]) => void;
  /** Pauses before the tries after a loss, in milliseconds; the last one repeats. 0.5, 1, 2, 4, 8, 10 seconds. */
  readonly backOffMs?: readonly number[];
}

export interface FleetFeed {
  /** Ends the pause of a lost connection at once; without effect otherwise. */
  retryNow(): void;
  /** No callback comes after this. */
  close(): void;
}

const defaultBackOffMs = [500, 1000, 2000, 4000, 8000, 10_000];
/** From the ticket to the first snapshot; on one machine this takes milliseconds. */
const openingLimitMs = 15_000;

/** Follows the fleet until `close()`. The first callback is `onState({status: 'connecting'})`, during the call. */
export function followFleet(options: FollowOptions): FleetFeed {
  const WebSocket = options.WebSocket ?? (globalThis as unknown as { WebSocket?: SocketConstructor }).WebSocket;
  if (WebSocket === undefined) throw new TypeError('No global WebSocket here: pass the one of the ws package.');
  return new FleetFollower(options, WebSocket);
}

type Timer = ReturnType<typeof setTimeout>;

/**
 * `lost` is null until a connection was live or a first try has failed. `resuming`: this connection was asked to go on
 * where the last one ended and has not yet shown that it does.
 */
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
      resuming: boolean;
    }
  | { readonly name: 'waiting'; readonly tries: number; readonly lost: Loss; readonly timer: Timer }
  | { readonly name: 'over' };
type Loss = Pick<Extract<FollowState, { status: 'lost' }>, 'since' | 'failure'>;

/**
 * Keeps one connection, or the wish for one.
 *
 *   opening -> live -> waiting -> opening -> ...      any -> over (closed by the caller, or the token is refused)
 *        \-----------> waiting
 */
class FleetFollower implements FleetFeed {
  readonly #options: FollowOptions;
  readonly #WebSocket: SocketConstructor;
  readonly #backOffMs: readonly number[];
  readonly #begun = Date.now();
  #phase: Phase = { name: 'over' };
  /** Position of the last thing delivered; null when only a snapshot can start the thread (again). */
  #seq: number | null = null;

  constructor(options: FollowOptions, WebSocket: SocketConstructor) {
    this.#options = options;
    this.#WebSocket = WebSocket;
    this.#backOffMs = options.backOffMs ?? defaultBackOffMs;
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
    const limit = setTimeout(() => this.#lose(noSnapshot(this.#options.client.url)), openingLimitMs);
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
    const resuming = this.#seq !== null;
    const query = new URLSearchParams({ ticket, ...(resuming ? { since: String(this.#seq) } : {}) });
    const address = `${url.replace(/^http/, 'ws')}/ws/coordinator?${query.toString()}`;
    return openSocket(this.#WebSocket, address, url, {
      // Who goes on from a known place is up to date now; events that were missed follow at once.
      onOpen: () => {
        if (resuming) this.#goLive(true);
      },
      onMessage: (message) => this.#take(message),
      onEnd: (failure) => this.#lose(failure),
    });
  }

  #take(message: SocketMessage): void {
    if (message.type === 'snapshot') {
      this.#seq = message.fleet.seq;
      this.#options.onSnapshot(message.fleet, message.timestamp);
      this.#goLive(false);
      return;
    }
    if (message.type === 'health') {
      this.#options.onHealth?.(message.degraded);
      return;
    }
    const expected = this.#seq === null ? null : this.#seq + 1;
    if (expected !== null && message.seq < expected) return; // Known already: the resumed stream overlaps.
    if (message.seq === expected) {
      this.#seq = message.seq;
      if (this.#phase.name === 'live') this.#phase.resuming = false;
      this.#options.onEvent({ seq: message.seq, event: message.event });
      return;
    }
    // Going on from the last event may heal a gap; when that is what showed the gap, only a snapshot can.
    if (this.#phase.name === 'live' && this.#phase.resuming) this.#seq = null;
    this.#lose(
      connectionFailure(
        'UNEXPECTED_ANSWER',
        `Event ${message.seq} came where ${expected ?? 'a snapshot'} was expected.`,
      ),
    );
  }

  #goLive(resuming: boolean): void {
    const phase = this.#phase;
    if (phase.name !== 'opening' || phase.socket === null) return;
    clearTimeout(phase.limit);
    const since = Date.now();
    this.#phase = { name: 'live', tries: phase.tries, since, socket: phase.socket, resuming };
    this.#options.onState({ status: 'live', since });
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
    if (phase.name === 'waiting') clearTimeout(phase.timer);
    if (phase.name === 'opening' || phase.name === 'live') phase.socket?.close();
  }
}

const isRefusal = ({ code }: ClientFailure): boolean => code === 'UNAUTHENTICATED' || code === 'NOT_ALLOWED';

const noSnapshot = (url: string): ClientFailure =>
  connectionFailure('UNREACHABLE', `${url} opened no socket with a snapshot within ${openingLimitMs / 1000} s.`);
