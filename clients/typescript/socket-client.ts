/** The fleet over a WebSocket: a snapshot, then every event in order, for as long as the caller wants it. */
import type { Degradation } from '../../protocol/api.ts';
import type { FleetSnapshot, Sequenced } from '../../protocol/events.ts';
import { type SocketMessage, socketMessageSchema } from '../../protocol/socket-messages.ts';
import { type ClientFailure, connectionFailure } from './client.ts';
import { type Feed, type FeedOptions, startFeed, type Talk } from './socket-feed.ts';

export interface FollowOptions extends FeedOptions {
  /** Replaces everything known so far. Comes again whenever the thread of events was lost. */
  readonly onSnapshot: (fleet: FleetSnapshot, timestamp: string) => void;
  /**
   * The event right after the last one, or after the snapshot's `seq`: never twice, never one left out, also across a restart
   * of the coordinator. With an agent's token, the next one of its branch.
   */
  readonly onEvent: (event: Sequenced) => void;
  /** What of the coordinator's storage is in trouble; comes at each change. After each `live` state it is nothing until told. */
  readonly onHealth?: (degraded: readonly Degradation[]) => void;
  /** config.json, or what of it is in force, has changed; `settings()` of the client has it. With the operator's token only. */
  readonly onConfig?: (revision: string) => void;
  /** What running agents use, every two seconds or less often; of those not in it nothing is measured. Given: it is asked for. */
  readonly onMeasured?: (agents: MeasuredAgents, at: string) => void;
}

export type FleetFeed = Feed;
/** agent_id, CPU in percent of one core, memory in MB; null is unknown. */
export type MeasuredAgents = Extract<SocketMessage, { type: 'measured' }>['agents'];

/** Follows the fleet until `close()`. The first callback is `onState({status: 'connecting'})`, during the call. */
export const followFleet = (options: FollowOptions): FleetFeed => startFeed(options, new FleetTalk(options));

class FleetTalk implements Talk<SocketMessage> {
  readonly schema = socketMessageSchema;
  readonly #options: FollowOptions;
  /** Place in the journal that everything was delivered up to; null when only a snapshot can start the thread (again). */
  #seq: number | null = null;
  /** This connection was asked to go on where the last one ended and has not yet shown that it does. */
  #isResuming = false;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  connect(): ReturnType<Talk<SocketMessage>['connect']> {
    this.#isResuming = this.#seq !== null;
    const query: Record<string, string> = {
      ...(this.#seq === null ? {} : { since: String(this.#seq) }),
      ...(this.#options.onMeasured === undefined ? {} : { measured: '1' }),
    };
    // Who goes on from a known place is up to date now; events that were missed follow at once.
    return { path: '/ws/coordinator', query, isLive: this.#isResuming };
  }

  take(message: SocketMessage): 'live' | 'fine' | ClientFailure {
    switch (message.type) {
      case 'snapshot':
        this.#seq = message.fleet.seq;
        this.#isResuming = false;
        this.#options.onSnapshot(message.fleet, message.timestamp);
        return 'live';
      case 'health':
        this.#options.onHealth?.(message.degraded);
        return 'fine';
      case 'event':
        return this.#goOn(message.after ?? message.seq - 1, message.seq, () =>
          this.#options.onEvent({ seq: message.seq, event: message.event }),
        );
      case 'heartbeat':
        return this.#goOn(message.after ?? message.seq, message.seq, () => undefined);
      case 'measured':
        this.#options.onMeasured?.(message.agents, message.at);
        return 'fine';
      case 'config':
        this.#options.onConfig?.(message.revision);
        return 'fine';
      case 'pong':
        return 'fine';
    }
  }

  /** The stream was at `after` and is at `seq` now. */
  #goOn(after: number, seq: number, deliver: () => void): 'fine' | ClientFailure {
    if (this.#seq !== null && after <= this.#seq) {
      this.#isResuming = false;
      if (seq <= this.#seq) return 'fine'; // Known already: the resumed stream overlaps.
      this.#seq = seq;
      deliver();
      return 'fine';
    }
    const expected = this.#seq === null ? 'a snapshot' : `what follows ${this.#seq}`;
    // Going on from the last event may heal a gap; when that is what showed the gap, only a snapshot can.
    if (this.#isResuming) this.#seq = null;
    return connectionFailure('UNEXPECTED_ANSWER', `Event ${seq}, after ${after}, came where ${expected} was expected.`);
  }
}
