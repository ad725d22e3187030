/** The real HTTP door over a fleet that the test folds from events of its own: for what a real coordinator does only by accident. */
import { once } from 'node:events';
import { configSchema } from '../../protocol/config.ts';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type SocketLimits, usualLimits } from '../../main/api/sockets/connection.ts';
import { startServer } from '../../main/api/server.ts';
import { EventHub } from '../../main/coordinator/events/hub.ts';
import type { Coordinator, Principal } from '../../main/coordinator/facade.ts';
import { mayReach, reach } from '../../main/coordinator/commands/rights.ts';
import { hashToken, principalOf } from '../../main/coordinator/tokens.ts';
import { ok } from '../../protocol/failures.ts';
import type { Sequenced, ZiggieEvent } from '../../protocol/events.ts';
import { agentsInOrder, emptyFleet, fleet } from '../../protocol/fleet.ts';
import { agentRecord } from '../../protocol/record.ts';
import { agentFacts } from './agent-facts.ts';
import { valueOf } from './result.ts';
import { waitFor } from './wait-for.ts';

export const operatorToken = 'o'.repeat(43);
export const tokenOf = (agentId: string): string => `${agentId.replaceAll(/\W/g, '')}_token`.padEnd(43, 'x');
const at = '2025-11-09T14:30:25.000Z';

export class SocketServer {
  port = 0;
  /** What the journal would hold. */
  readonly events: Sequenced[] = [];
  /** How often the journal was asked. */
  journalReads = 0;
  #state = emptyFleet;
  readonly #hub = new EventHub(() => undefined);
  #subscriptions = 0;
  /** Of the server itself, whoever is connected. */
  #ownSubscriptions = 0;
  #close: () => Promise<void> = () => Promise.resolve();

  static async start({
    limits = {},
    clock,
    logFile = (id: string) => join('/nonexistent', `${id}.log`),
  }: {
    readonly limits?: Partial<SocketLimits>;
    readonly clock?: { monotonic(): number };
    readonly logFile?: (agentId: string) => string;
  } = {}): Promise<SocketServer> {
    const me = new SocketServer();
    const known = {
      config: configSchema.parse({}),
      fleet: () => me.#state,
      subscribe: (listener: (event: Sequenced) => void) => {
        me.#subscriptions += 1;
        const leave = me.#hub.subscribe(listener);
        return () => {
          me.#subscriptions -= 1;
          leave();
        };
      },
      eventsSince: (since: number) => me.#hub.since(since, me.#state.seq),
      pastEvents: async (since: number) => {
        me.journalReads += 1;
        const upTo = me.#state.seq;
        await new Promise((resolve) => setImmediate(resolve));
        return me.events.filter(({ seq }) => seq > since && seq <= upTo);
      },
      list: (by: Principal) =>
        agentsInOrder(me.#state)
          .filter(({ facts }) => mayReach(me.#state, by, facts.agent_id))
          .map(agentRecord),
      logFile: (agentId: string, by: Principal) => {
        const found = reach(me.#state, by, agentId);
        return found.ok ? ok(logFile(agentId)) : found;
      },
      principalOf: (token: string) => principalOf(token, hashToken(operatorToken), me.#state),
      degraded: () => [],
      onHealth: () => () => undefined,
      // One look, and no other after it.
      measured: () => ({
        at: '2025-11-09T14:30:00.000Z',
        agents: agentsInOrder(me.#state).map(({ facts }) => [facts.agent_id, 12.5, 80]),
      }),
      onMeasured: () => () => undefined,
      onConfig: () => () => undefined,
    };
    const server = valueOf(
      await startServer(
        {
          coordinator: known as unknown as Coordinator,
          version: '0',
          log: () => undefined,
          operatorToken,
          dashboardFolder: join(import.meta.dirname, '../../dist/renderer'),
          socketLimits: { ...usualLimits, ...limits },
          ...(clock === undefined ? {} : { clock }),
        },
        0,
      ),
    );
    me.port = server.port;
    me.#close = () => server.close();
    me.#ownSubscriptions = me.#subscriptions;
    onTestFinished(() => me.close());
    return me;
  }

  get url(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** How many clients listen to events at present. */
  get listeners(): number {
    return Math.max(0, this.#subscriptions - this.#ownSubscriptions);
  }

  close(): Promise<void> {
    return this.#close();
  }

  get seq(): number {
    return this.#state.seq;
  }

  publish(...events: readonly ZiggieEvent[]): void {
    for (const event of events) {
      const sequenced = { seq: this.#state.seq + 1, event };
      this.events.push(sequenced);
      this.#state = fleet(this.#state, sequenced);
      this.#hub.publish(sequenced);
    }
  }

  /** An agent that runs and holds `tokenOf(its id)`. */
  begin(ordinal: number, parent: string | null, name: string | null = null): string {
    const agent_id = `agent_20251109_143000_${ordinal}`;
    const facts = agentFacts({ agent_id, ordinal, request_id: `request_${ordinal}`, parent_agent: parent, name });
    this.publish(
      { type: 'agent_accepted', at, request_sha256: 'f'.repeat(64), facts, prompt: 'a prompt' },
      { type: 'agent_starting', at, agent_id, attempt: 1, nonce: 'n', token_sha256: hashToken(tokenOf(agent_id)) },
      { type: 'agent_started', at, agent_id, attempt: 1, identity: { pid: 4711, start_time: '1', boot_id: 'b' } },
    );
    return agent_id;
  }

  end(agent_id: string): void {
    const ending: Extract<ZiggieEvent, { type: 'agent_ended' }>['ending'] = {
      status: 'completed',
      source: 'exit_event',
      status_reason: 'exit code 0',
      exit_code: 0,
      signal: null,
      completed_at: at,
      execution_time_seconds: 1,
      report_exists: false,
      report_problems: [],
      stop_steps: [],
      survivors: [],
      reaped: 0,
    };
    this.publish({ type: 'agent_ended', at, agent_id, attempt: 1, ending });
  }
}

/** An event that says `reason` and changes nothing else. */
export const waiting = (agent_id: string, reason: string): ZiggieEvent => ({
  type: 'agent_waiting',
  at,
  agent_id,
  reason,
});

export interface Message {
  readonly type?: string;
  readonly seq?: number;
  readonly [name: string]: unknown;
}

/** A client that keeps everything it is told. */
export class TestSocket {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  closed: { readonly code: number; readonly reason: string } | null = null;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(data.toString()) as Message));
    socket.on('close', (code, reason) => (this.closed = { code, reason: reason.toString() }));
    socket.on('error', () => undefined);
    onTestFinished(() => socket.terminate());
  }

  /** Settles when it is open. `host` is `127.0.0.1:PORT`. */
  static async open(host: string, path: string, token: string | null = operatorToken): Promise<TestSocket> {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`ws://${host}${path}`, { headers });
    const test = new TestSocket(socket);
    await once(socket, 'open');
    return test;
  }

  until(what: string, is: (messages: readonly Message[]) => boolean, timeoutMs = 10_000): Promise<boolean> {
    return waitFor(what, () => is(this.messages), {
      timeoutMs,
      seen: () => ({ closed: this.closed, last: this.messages.slice(-5), count: this.messages.length }),
    });
  }

  closing(timeoutMs = 10_000): Promise<{ readonly code: number; readonly reason: string }> {
    return waitFor('it is closed', () => this.closed, { timeoutMs, seen: () => this.messages.slice(-3) });
  }

  numbers(): number[] {
    return this.messages.flatMap(({ type, seq }) => (type === 'event' && seq !== undefined ? [seq] : []));
  }
}

/** The status that an upgrade is refused with. */
export async function refusal(host: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  const socket = new WebSocket(`ws://${host}${path}`, { headers });
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on('open', () => {
      socket.terminate();
      reject(new Error('it was opened'));
    });
  });
}

/** A connection after its 101, for frames that no library sends, and the close code it gets. */
export class RawSocket {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
    socket.on('close', () => (this.isClosed = true));
    socket.on('error', () => undefined);
  }

  static async open(host: string, path: string, token: string): Promise<RawSocket> {
    const socket = connect(Number(host.split(':')[1]), '127.0.0.1');
    const raw = new RawSocket(socket);
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
      `Authorization: Bearer ${token}`,
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await waitFor('the 101', () => raw.#received.indexOf('\r\n\r\n') !== -1);
    const head = raw.#received.toString('latin1');
    if (!head.startsWith('HTTP/1.1 101')) throw new Error(head);
    raw.#received = raw.#received.subarray(raw.#received.indexOf('\r\n\r\n') + 4);
    return raw;
  }

  /** Null: it was cut without a close frame. */
  async closeCode(timeoutMs = 10_000): Promise<number | null> {
    await waitFor('the end of the connection', () => this.isClosed, { timeoutMs });
    for (let at = 0; at + 2 <= this.#received.length;) {
      const first = this.#received[at] ?? 0;
      const short = (this.#received[at + 1] ?? 0) & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      const length =
        short === 126
          ? this.#received.readUInt16BE(at + 2)
          : short === 127
            ? Number(this.#received.readBigUInt64BE(at + 2))
            : short;
      if ((first & 0x0f) === 8) return length >= 2 ? this.#received.readUInt16BE(at + head) : 1005;
      at += head + length;
    }
    return null;
  }
}

/** A frame as a client sends it, with what breaks the rules set by hand. */
export function frame(
  payload: Buffer,
  { opcode = 1, rsv = 0, fin = true, masked = true, length = payload.length as number | bigint } = {},
): Buffer {
  const size = BigInt(length);
  const head = Buffer.alloc(size < 126n ? 2 : size < 65_536n ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const mask = masked ? 0x80 : 0;
  if (size < 126n) head[1] = mask | Number(size);
  else if (size < 65_536n) {
    head[1] = mask | 126;
    head.writeUInt16BE(Number(size), 2);
  } else {
    head[1] = mask | 127;
    head.writeBigUInt64BE(size, 2);
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), payload]);
}
