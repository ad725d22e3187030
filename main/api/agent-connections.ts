/** What each agent holds of the HTTP door: one that never reads its answers must not take the places of all others. */
import { fail, ok, type Result } from '../../protocol/failures.ts';

export interface Held {
  /** Requests under way: not answered, or whose answer was not read. */
  readonly requests: number;
  readonly sockets: number;
}

const nothing: Held = { requests: 0, sockets: 0 };

export class AgentConnections {
  readonly #held = new Map<string, Held>();

  /** Call what it returns once, when the request or the WebSocket is over. LIMIT_REACHED: the agent holds `most` already. */
  take(agentId: string, kind: keyof Held, most: number): Result<() => void> {
    const held = this.of(agentId);
    if (held.requests + held.sockets >= most) return tooMany(agentId, held, most);
    this.#add(agentId, kind, 1);
    return ok(() => this.#add(agentId, kind, -1));
  }

  of(agentId: string): Held {
    return this.#held.get(agentId) ?? nothing;
  }

  #add(agentId: string, kind: keyof Held, change: 1 | -1): void {
    const held = { ...this.of(agentId) };
    held[kind] += change;
    if (held.requests + held.sockets === 0) this.#held.delete(agentId);
    else this.#held.set(agentId, held);
  }
}

function tooMany(agentId: string, { requests, sockets }: Held, limit: number): Result<never> {
  return fail(
    'LIMIT_REACHED',
    `${agentId} holds ${requests} requests under way and ${sockets} WebSockets; ${limit} in all are the most for one agent (limits.agent_connections). Read the answers or close some, then ask again.`,
    { reason: 'agent_connections', limit, requests, sockets },
  );
}
