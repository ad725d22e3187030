/**
 * The connections of the HTTP door. Each holds a descriptor, and agents, the journal and every file need some as well, so
 * there is a bound. Beyond it the one that has been idle longest makes room. Where all are busy, some places are left that
 * only the operator is served at, and no agent may hold so many that others find none: agents must not lock out who stops them.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Failure, failureOf } from '../../protocol/failures.ts';
import type { Principal } from '../coordinator/facade.ts';
import { AgentConnections } from './agent-connections.ts';
import { descriptorLimit } from './descriptors.ts';

/** However many descriptors there are: more clients than this on one machine is a mistake of one of them. */
const mostEver = 512;
/** Of the descriptors of this process. */
const share = 4;
/** Beyond the bound, for the operator: an eighth of it, and enough for a dashboard and some commands. */
const operatorShare = 8;
const fewestForOperator = 16;
/** Beyond all of them so many are let in to be told so; what comes after them is closed unheard. */
const mostTold = 16;
/** A connection over which nobody known asked is idle only after this: the request may be on its way. */
const silentMs = 1000;

interface Connection {
  busy: number;
  /** Of its last change, `performance.now()`. */
  since: number;
  hasAsked: boolean;
  /** A request of the operator's or of an agent's was let in, and not all are answered. */
  isKnown: boolean;
  /** Whom there was room for when it came. */
  readonly place: 'anybody' | 'operator' | 'nobody';
  /** Ends what agents hold through it. */
  readonly releases: Set<() => void>;
}

export class Connections {
  readonly most: number;
  /** With the places of the operator. */
  readonly #mostServed: number;
  readonly #open = new Map<Socket, Connection>();
  readonly #agents = new AgentConnections();

  constructor(server: Server, most = mostConnections()) {
    this.most = most;
    this.#mostServed = most + Math.max(fewestForOperator, Math.floor(most / operatorShare));
    server.on('connection', (socket) => this.#onConnection(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#onRequest(request, response));
    // A connection that changed its protocol is in use until it closes.
    server.on('upgrade', (request: IncomingMessage) => this.#begin(request.socket));
  }

  /** True: it came when all places were in use. Whatever is answered over it, it is closed then. */
  isSurplus(socket: Socket): boolean {
    return this.#placeOf(socket) !== 'anybody';
  }

  /**
   * Before a request is carried out; `by` null: the address is open to anybody. Null: it is served, and counts as its caller's
   * until its answer is read. LIMIT_REACHED: there is no place for its caller. `mostPerAgent`: requests and WebSockets.
   */
  admit(
    request: IncomingMessage,
    response: ServerResponse,
    by: Principal | null,
    mostPerAgent: number,
  ): Failure | null {
    if (by === null) return null; // Health and pages: answered at once, and they hold nothing.
    const { socket } = request;
    const place = this.#placeOf(socket);
    if (place === 'nobody' || (place === 'operator' && by.kind === 'agent')) return tooMany(this.most);
    const connection = this.#open.get(socket);
    if (connection === undefined) return null; // Closed meanwhile: nobody reads the answer.
    if (by.kind === 'agent') {
      const refusal = this.#hold(connection, request, response, by.agentId, mostPerAgent);
      if (refusal !== null) return refusal;
    }
    connection.isKnown = true;
    return null;
  }

  /** Closes each as soon as what was written to it is sent. */
  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroySoon();
  }

  #hold(
    { releases }: Connection,
    request: IncomingMessage,
    response: ServerResponse,
    agentId: string,
    mostPerAgent: number,
  ): Failure | null {
    // Where there are few descriptors, no agent has more than half of the places either.
    const most = Math.min(mostPerAgent, Math.ceil(this.most / 2));
    const isSocket = request.headers.upgrade !== undefined;
    const taken = this.#agents.take(agentId, isSocket ? 'sockets' : 'requests', most);
    if (!taken.ok) return taken.failure;
    releases.add(taken.value);
    const release = (): void => {
      if (releases.delete(taken.value)) taken.value();
    };
    if (!isSocket) response.once('close', release);
    return null;
  }

  #onConnection(socket: Socket): void {
    while (this.#open.size >= this.most && this.#makeRoom(silentMs));
    if (this.#open.size >= this.#mostServed) this.#makeRoom(0);
    if (this.#open.size >= this.#mostServed + mostTold) {
      socket.destroy();
      return;
    }
    const place = this.#open.size < this.most ? 'anybody' : this.#open.size < this.#mostServed ? 'operator' : 'nobody';
    const releases = new Set<() => void>();
    this.#open.set(socket, { busy: 0, since: performance.now(), hasAsked: false, isKnown: false, place, releases });
    socket.once('close', () => {
      this.#open.delete(socket);
      // Answers that waited behind another on the same connection never say that they are over.
      for (const release of releases) release();
      releases.clear();
    });
  }

  #onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#begin(socket);
    response.once('close', () => {
      if (connection === null) return;
      connection.busy -= 1;
      connection.since = performance.now();
      if (connection.busy === 0) connection.isKnown = false;
    });
  }

  #begin(socket: Socket): Connection | null {
    const connection = this.#open.get(socket) ?? null;
    if (connection === null) return null;
    connection.busy += 1;
    connection.since = performance.now();
    connection.hasAsked = true;
    return connection;
  }

  /** Others may have gone since it came. */
  #placeOf(socket: Socket): Connection['place'] {
    const place = this.#open.get(socket)?.place ?? 'anybody';
    if (this.#open.size <= this.most) return 'anybody';
    return place === 'nobody' && this.#open.size <= this.#mostServed ? 'operator' : place;
  }

  #makeRoom(patienceMs: number): boolean {
    const now = performance.now();
    let oldest: { readonly socket: Socket; readonly since: number } | null = null;
    for (const [socket, connection] of this.#open) {
      const { since } = connection;
      if (isIdle(connection, now, patienceMs) && (oldest === null || since < oldest.since)) oldest = { socket, since };
    }
    if (oldest === null) return false;
    this.#open.delete(oldest.socket);
    oldest.socket.destroy();
    return true;
  }
}

/** Nothing is asked over it, or by nobody who was let in: a body that never ends, or an answer that is not read. */
function isIdle({ busy, since, hasAsked, isKnown }: Connection, now: number, patienceMs: number): boolean {
  if (busy === 0 && hasAsked) return true;
  return !isKnown && now - since >= patienceMs;
}

const tooMany = (most: number): Failure =>
  failureOf(
    'LIMIT_REACHED',
    `${most} connections are in use, and no more are served at a time. Close some (dashboards, \`ziggie logs -f\`), or raise the limit of open files, and ask again.`,
    { reason: 'connections', limit: most },
  );

/** A part of the descriptors that this process may have. */
function mostConnections(): number {
  const limit = descriptorLimit();
  return limit === null ? mostEver : Math.max(1, Math.min(mostEver, Math.floor(limit / share)));
}
