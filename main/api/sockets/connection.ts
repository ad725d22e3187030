/**
 * One WebSocket as the streams see it: text goes out in order, and whoever does not take it is dropped. Nothing that a
 * client sends reaches anything but this file.
 *
 *   open  ->  closing (the close frame is under way, for a moment)  ->  gone
 */
import type { RawData, WebSocket } from 'ws';
import { clientMessageSchema, closeCodes } from '../../../protocol/socket-messages.ts';

export interface SocketLimits {
  /** Between two pings, and between two heartbeats. Two pings without an answer end the connection. */
  readonly heartbeatMs: number;
  /** What may wait for a client beside what it was sent first. */
  readonly mostQueuedBytes: number;
  /** So long nothing of what waits was taken: it does not read. */
  readonly stalledMs: number;
  /** How long the close frame may take before the connection is cut. */
  readonly closingMs: number;
}

/** A client that does not read is gone within ten seconds. */
export const usualLimits: SocketLimits = {
  heartbeatMs: 15_000,
  mostQueuedBytes: 4 * 1024 * 1024,
  stalledMs: 7000,
  closingMs: 1500,
};

const looksPerStall = 7;
const mostUnansweredPings = 2;
/** A stream that can wait goes on below this. */
const lowWaterBytes = 256 * 1024;
/** What the system has taken may be megabytes, and a client that is cut off loses what it has not read of them. */
const finishingMs = 30_000;

export class Connection {
  readonly limits: SocketLimits;
  readonly #socket: WebSocket;
  readonly #endings: (() => void)[] = [];
  #state: 'open' | 'closing' | 'gone' = 'open';
  /** Messages that the system has not taken yet, and when it last took one. */
  #unsent = 0;
  #progressAt = 0;
  /** Bytes of what it was sent first: a large fleet may be larger than what may wait. */
  #allowance = 0;
  #unansweredPings = 0;
  #wakes: (() => void)[] = [];

  /** Must be made in the same turn in which the socket opened: what comes before that is lost. */
  constructor(socket: WebSocket, limits: SocketLimits) {
    this.#socket = socket;
    this.limits = limits;
    socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    socket.on('ping', (data) => this.#pong(data));
    socket.on('pong', () => (this.#unansweredPings = 0));
    socket.on('error', () => this.#leave(limits.closingMs)); // A frame that breaks the rules: ws has sent the close code by now.
    socket.on('close', () => this.#gone());
    const look = setInterval(() => this.#look(), limits.stalledMs / looksPerStall);
    const ping = setInterval(() => this.#ping(), limits.heartbeatMs);
    this.onClose(() => {
      clearInterval(look);
      clearInterval(ping);
    });
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Something that was sent is not taken yet. */
  get isBehind(): boolean {
    return this.#unsent > 0;
  }

  /** It is open, and little waits for the client. */
  get hasRoom(): boolean {
    return this.isOpen && this.#socket.bufferedAmount <= lowWaterBytes;
  }

  /** Called once, as soon as nothing more will be sent; at once when that is so already. */
  onClose(ending: () => void): void {
    if (this.isOpen) this.#endings.push(ending);
    else ending();
  }

  send(text: string): void {
    if (!this.isOpen) return;
    if (this.#isOverfull()) return this.close(closeCodes.tooSlow, 'too slow; connect again');
    this.#write(text, () => undefined);
  }

  /** For what a client asked for by connecting, however much that is: the limit is for what comes beyond it. */
  sendAll(texts: readonly string[]): void {
    for (const text of texts) {
      if (!this.isOpen) return;
      const bytes = Buffer.byteLength(text);
      this.#allowance += bytes;
      this.#write(text, () => (this.#allowance -= bytes));
    }
  }

  /** Settles when little waits for the client, or when the connection is over. */
  drained(): Promise<void> {
    if (!this.isOpen || this.hasRoom) return Promise.resolve();
    return new Promise((resolve) => this.#wakes.push(resolve));
  }

  close(code: number, reason: string): void {
    this.#close(code, reason, this.limits.closingMs);
  }

  /** For a stream that has come to its end: closes when the client has taken everything, and gives it the time to read it. */
  async finish(code: number, reason: string): Promise<void> {
    while (this.isOpen && this.isBehind) await new Promise<void>((resolve) => this.#wakes.push(resolve));
    this.#close(code, reason, finishingMs);
  }

  #close(code: number, reason: string, patienceMs: number): void {
    if (!this.isOpen) return;
    this.#socket.close(code, reason);
    this.#leave(patienceMs);
  }

  #write(text: string, taken: () => void): void {
    if (this.#unsent === 0) this.#progressAt = performance.now();
    this.#unsent += 1;
    this.#socket.send(text, () => {
      this.#unsent -= 1;
      this.#progressAt = performance.now();
      taken();
      if (this.#socket.bufferedAmount <= lowWaterBytes) this.#wake();
    });
  }

  #take(data: RawData, isBinary: boolean): void {
    if (!this.isOpen) return;
    if (isBinary) return this.close(closeCodes.binary, 'send text');
    const message = parsed(data);
    if (message === undefined) return this.close(closeCodes.notJson, 'send JSON');
    if (clientMessageSchema.safeParse(message).success) this.send('{"type":"pong"}');
  }

  /** By hand, so that a client that sends pings and reads nothing is dropped like any other. */
  #pong(data: Buffer): void {
    if (!this.isOpen) return;
    if (this.#isOverfull()) this.close(closeCodes.tooSlow, 'too slow; connect again');
    else this.#socket.pong(data);
  }

  #ping(): void {
    if (this.#unansweredPings >= mostUnansweredPings) return this.close(closeCodes.tooSlow, 'pings are not answered');
    this.#unansweredPings += 1;
    this.#socket.ping();
  }

  #look(): void {
    const waitedMs = performance.now() - this.#progressAt;
    if (this.#unsent > 0 && waitedMs >= this.limits.stalledMs) this.close(closeCodes.tooSlow, 'nothing is read');
  }

  #isOverfull(): boolean {
    return this.#socket.bufferedAmount > this.limits.mostQueuedBytes + this.#allowance;
  }

  #leave(patienceMs: number): void {
    if (!this.isOpen) return;
    this.#state = 'closing';
    // Who does not read does not read the close frame either, and what waits for it is not kept for long.
    const cut = setTimeout(() => this.#socket.terminate(), patienceMs);
    this.#socket.once('close', () => clearTimeout(cut));
    this.#end();
  }

  #gone(): void {
    const wasOpen = this.isOpen;
    this.#state = 'gone';
    if (wasOpen) this.#end();
  }

  #end(): void {
    this.#wake();
    for (const ending of this.#endings.splice(0)) ending();
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }
}

/** undefined: no JSON. */
function parsed(data: RawData): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '') as unknown;
  } catch {
    return undefined; // The caller closes, which is the answer.
  }
}
