/** Clients of the fleet's socket that judge what they are told by its numbers alone. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { SoakRoot } from './soak-root.ts';

export class Follower {
  readonly socket: WebSocket;
  /** Numbers that were missing, doubled or out of order. */
  faults = 0;
  events = 0;
  last = 0;
  closed: number | null = null;
  /** Milliseconds from each event's own time to here. */
  readonly delaysMs: number[] = [];

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.#take(data.toString()));
    socket.on('close', (code) => (this.closed = code));
    socket.on('error', () => undefined);
  }

  static async open(root: SoakRoot): Promise<Follower> {
    const socket = new WebSocket(`${root.url.replace('http', 'ws')}/ws/coordinator`, {
      headers: { authorization: `Bearer ${root.token}` },
    });
    const follower = new Follower(socket);
    await once(socket, 'open');
    return follower;
  }

  /** Only what it needs is read of a message: fifty of these share a process with the test. */
  #take(text: string): void {
    const [, type, number] = /^\{"type":"(\w+)","seq":(\d+)/.exec(text) ?? [];
    const seq = Number(number);
    if (type === 'snapshot') this.last = seq;
    if (type === 'heartbeat' && seq !== this.last) this.faults += 1;
    if (type !== 'event') return;
    if (seq !== this.last + 1) this.faults += 1;
    this.last = seq;
    this.events += 1;
    this.delaysMs.push(Date.now() - Date.parse(/"at":"([^"]+)"/.exec(text)?.[1] ?? ''));
  }
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
