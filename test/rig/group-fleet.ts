/** A fleet of siblings, told as the journal would tell it; times are seconds after the first. */
import type { AgentFacts, Ending, EndStatus } from '../../protocol/agent.ts';
import type { ZiggieEvent } from '../../protocol/events.ts';
import { emptyFleet, type Fleet, fleet } from '../../protocol/fleet.ts';
import { agentFacts } from './agent-facts.ts';

const startMs = Date.parse('2025-11-09T14:30:00.000Z');
export const atSecond = (second: number): string => new Date(startMs + second * 1000).toISOString();
export const memberId = (ordinal: number): string => `agent_20251109_143000_${ordinal}`;

export class GroupFleet {
  #fleet: Fleet = emptyFleet;

  get fleet(): Fleet {
    return this.#fleet;
  }

  tell(...events: ZiggieEvent[]): this {
    for (const event of events) this.#fleet = fleet(this.#fleet, { seq: this.#fleet.seq + 1, event });
    return this;
  }

  /** Under `overwatch_001`, unless the facts say otherwise. Its ordinal. */
  accept(facts: Partial<AgentFacts> = {}, second = 0): number {
    const ordinal = this.#fleet.accepted + 1;
    const agent_id = memberId(ordinal);
    const at = atSecond(second);
    const own = agentFacts({
      agent_id,
      ordinal,
      request_id: `request_${ordinal}`,
      name: `w${ordinal}`,
      accepted_at: at,
      ...facts,
    });
    this.tell(
      { type: 'external_seen', at, agent_id: 'overwatch_001', level: 1 },
      { type: 'agent_accepted', at, request_sha256: 'f'.repeat(64), facts: own, prompt: null },
    );
    return ordinal;
  }

  start(ordinal: number, second = 0): this {
    const agent_id = memberId(ordinal);
    const at = atSecond(second);
    return this.tell(
      { type: 'agent_starting', at, agent_id, attempt: 1, nonce: 'n', token_sha256: 'b'.repeat(64) },
      { type: 'agent_started', at, agent_id, attempt: 1, identity: { pid: 9, start_time: '1', boot_id: 'boot' } },
    );
  }

  end(ordinal: number, status: EndStatus, second: number, ranSeconds = second): this {
    const ending: Ending = {
      status,
      status_reason: 'as the test says',
      source: 'none',
      exit_code: null,
      signal: null,
      completed_at: atSecond(second),
      execution_time_seconds: ranSeconds,
      report_exists: false,
      report_problems: [],
      stop_steps: [],
      survivors: [],
      reaped: 0,
    };
    const at = atSecond(second);
    return this.tell({ type: 'agent_ended', at, agent_id: memberId(ordinal), attempt: 1, ending });
  }
}

/** What `overwatch_001` has yet to learn. */
export const inboxOwner = ({ fleet: state }: GroupFleet) => state.inboxes.get('overwatch_001')?.messages ?? [];
