/**
 * The connections of the HTTP door. Each holds a descriptor, and agents, the journal and every file need some as well, so
 * there is a bound. Beyond it the one that has been idle longest makes room; where all are busy, the new one is told so.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** However many descriptors there are: more clients than this on one machine is a mistake of one of them. */
const mostEver = 512;
/** Of the descriptors of this process. */
const share = 4;
/** Beyond the bound so many are let in to be told so; what comes after them is closed unheard. */
const mostSurplus = 16;
/** A connection over which nothing was asked is idle only after this: its first request may be on its way. */
const silentMs = 1000;

interface Connection {
  busy: number;
  /** `performance.now()` */
  since: number;
  hasAsked: boolean;
}

export class Connections {
  readonly most: number;
  readonly #open = new Map<Socket, Connection>();
  readonly #surplus = new WeakSet<Socket>();

  constructor(server: Server, most = mostConnections()) {
    this.most = most;
    server.maxConnections = most + mostSurplus;
    server.on('connection', (socket) => this.#onConnection(socket));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.#onRequest(request, response));
    // A connection that changed its protocol is in use until it closes.
    server.on('upgrade', (request: IncomingMessage) => this.#begin(request.socket));
  }

  /** True: there was no room for the connection; what comes over it is refused and it is closed. */
  isSurplus(socket: Socket): boolean {
    return this.#surplus.has(socket);
  }

  /** Closes each as soon as what was written to it is sent. */
  closeAll(): void {
    for (const socket of this.#open.keys()) socket.destroySoon();
  }

  #onConnection(socket: Socket): void {
    if (this.#open.size >= this.most && !this.#makeRoom()) this.#surplus.add(socket);
    this.#open.set(socket, { busy: 0, since: performance.now(), hasAsked: false });
    socket.once('close', () => this.#open.delete(socket));
  }

  #onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    const connection = this.#begin(socket);
    response.once('close', () => {
      if (connection === null) return;
      connection.busy -= 1;
      connection.since = performance.now();
    });
  }

  #begin(socket: Socket): Connection | null {
    const connection = this.#open.get(socket) ?? null;
    if (connection === null) return null;
    connection.busy += 1;
    connection.hasAsked = true;
    return connection;
  }

  #makeRoom(): boolean {
    const now = performance.now();
    let oldest: { readonly socket: Socket; readonly since: number } | null = null;
    for (const [socket, { busy, since, hasAsked }] of this.#open) {
      const isIdle = busy === 0 && (hasAsked || now - since >= silentMs);
      if (isIdle && (oldest === null || since < oldest.since)) oldest = { socket, since };
    }
    if (oldest === null) return false;
    this.#open.delete(oldest.socket);
    oldest.socket.destroy();
    return true;
  }
}

/** A part of the descriptors that this process may have. Only Linux says how many; elsewhere Node takes as many as it can get. */
function mostConnections(): number {
  const limit = descriptorLimit();
  return limit === null ? mostEver : Math.max(1, Math.min(mostEver, Math.floor(limit / share)));
}

function descriptorLimit(): number | null {
  if (process.platform !== 'linux') return null;
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? null : Number(found); // "unlimited" is none.
  } catch {
    return null;
  }
}
