/**
 * The MCP sessions that are open: one transport and one server each, bound to the token that opened it. Clients come and
 * go without a word (Claude Code sends no DELETE at its end), so every session ends by itself when it is not used.
 */
import { createHash, randomUUID } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import { createToolServer, type ToolServer } from '../../mcp/tool-server.ts';
import { coordinatorPort } from './coordinator-port.ts';

export interface SessionLimits {
  readonly perToken: number;
  readonly inAll: number;
  /** Without a call and without an open stream for so long, a session ends. */
  readonly idleMs: number;
  /** Where there are too many, one that was unused for so long gives way to a new one. */
  readonly givesWayMs: number;
}

const usualLimits: SessionLimits = { perToken: 16, inAll: 256, idleMs: 30 * 60_000, givesWayMs: 60_000 };
const longestSweepMs = 60_000;

export interface McpSession {
  readonly id: string;
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** One HTTP exchange begins; call what it returns when its connection is done with. */
  begin(): () => void;
  /** The connection over which this call came is gone before its answer. */
  giveUp(requestId: string | number): void;
}

interface Kept extends McpSession {
  readonly tokenHash: string;
  readonly token: string;
  readonly principal: Principal;
  readonly server: ToolServer;
  open: number;
  usedAt: number;
}

export class McpSessions {
  readonly #coordinator: Coordinator;
  readonly #version: string;
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, Kept>();
  readonly #sweeper: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(coordinator: Coordinator, version: string, limits: SessionLimits = usualLimits) {
    this.#coordinator = coordinator;
    this.#version = version;
    this.#limits = limits;
    this.#sweeper = setInterval(() => this.#endIdle(), Math.min(longestSweepMs, limits.idleMs));
    this.#sweeper.unref();
    this.#unsubscribe = coordinator.subscribe((event) => this.#onEvent(event));
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** When a refused `open` may succeed. */
  get retryAfterSeconds(): number {
    return Math.ceil(this.#limits.givesWayMs / 1000);
  }

  /** A session that no message has reached yet. LIMIT_REACHED when this token, or all together, have too many. */
  async open(principal: Principal, token: string): Promise<Result<McpSession>> {
    const tokenHash = hashOf(token);
    const ofToken = (): Kept[] => [...this.#sessions.values()].filter((one) => one.tokenHash === tokenHash);
    if (ofToken().length >= this.#limits.perToken) this.#giveWay(ofToken());
    if (this.#sessions.size >= this.#limits.inAll) this.#giveWay([...this.#sessions.values()]);
    if (ofToken().length >= this.#limits.perToken) return this.#tooMany('This token has', this.#limits.perToken);
    if (this.#sessions.size >= this.#limits.inAll) return this.#tooMany('All clients have', this.#limits.inAll);
    const id = randomUUID();
    const transport = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: () => id });
    const server = createToolServer({ port: coordinatorPort(this.#coordinator, principal), version: this.#version });
    const session: Kept = {
      id,
      transport,
      server,
      principal,
      token,
      tokenHash,
      open: 0,
      usedAt: performance.now(),
      begin: () => begin(session),
      giveUp: (requestId) => server.giveUp(requestId),
    };
    this.#sessions.set(id, session);
    await server.connect(transport);
    return ok(session);
  }

  /** null: there is none with this id that this token opened. */
  find(id: string, token: string): McpSession | null {
    const session = this.#sessions.get(id);
    return session !== undefined && session.tokenHash === hashOf(token) ? session : null;
  }

  /** Ends its streams and gives up its calls. */
  end(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    void session.server.close();
  }

  close(): void {
    clearInterval(this.#sweeper);
    this.#unsubscribe();
    for (const id of [...this.#sessions.keys()]) this.end(id);
  }

  #tooMany(who: string, most: number): Result<never> {
    return fail(
      'LIMIT_REACHED',
      `${who} ${most} MCP sessions open, which is the most. End one with DELETE /mcp and its Mcp-Session-Id, or try again in a minute: those without a connection give way.`,
      { limit: most, retry_after_seconds: this.retryAfterSeconds },
    );
  }

  #giveWay(sessions: readonly Kept[]): void {
    const idle = sessions.filter((one) => idleFor(one) >= this.#limits.givesWayMs);
    const longest = idle.sort((one, other) => one.usedAt - other.usedAt)[0];
    if (longest !== undefined) this.end(longest.id);
  }

  #endIdle(): void {
    for (const session of this.#sessions.values()) if (idleFor(session) >= this.#limits.idleMs) this.end(session.id);
  }

  /** A token ends with its agent, and so does what was opened with it. */
  #onEvent({ event }: Sequenced): void {
    if (!('agent_id' in event)) return;
    for (const { id, principal, token } of this.#sessions.values()) {
      if (principal.kind !== 'agent' || principal.agentId !== event.agent_id) continue;
      if (this.#coordinator.principalOf(token) === null) this.end(id);
    }
  }
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Milliseconds without any exchange; less than none while one is open. */
const idleFor = ({ open, usedAt }: Kept): number => (open > 0 ? -1 : performance.now() - usedAt);

function begin(session: Kept): () => void {
  session.open += 1;
  return () => {
    session.open -= 1;
    session.usedAt = performance.now();
  };
}
