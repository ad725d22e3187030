/** The tree's life as lines that a person or an Overwatch reads along with: one event, one line. */
import { acceptances, type Sequenced } from './events.ts';
import type { Fleet } from './fleet.ts';

export interface LifeLine {
  readonly agentId: string;
  /** `[14:30:25] Agent agent_… (L2.1 "sprite scanner") started, pid 4711`, time in UTC, with its line end. */
  readonly text: string;
}

/** None: not a turn in an agent's life. Several: a batch. `fleet` is the one after the event, or a later one. */
export function linesOf({ event }: Sequenced, fleet: Fleet): LifeLine[] {
  if (event.type === 'agents_requeued') {
    return event.agent_ids.map((id) => line(fleet, id, event.at, `is to run once more, says ${event.by}`));
  }
  if (!('agent_id' in event)) {
    return acceptances(event).map(({ at, facts: { agent_id, parent_agent } }) =>
      line(fleet, agent_id, at, `was accepted, child of ${parent_agent ?? 'nobody'}`),
    );
  }
  const words = wordsFor(event);
  return words === null ? [] : [line(fleet, event.agent_id, event.at, words)];
}

export type AgentEvent = Extract<Sequenced['event'], { agent_id: string }>;

/** The turn in an agent's life in words; null: it is none. */
export function wordsFor(event: AgentEvent): string | null {
  switch (event.type) {
    case 'agent_waiting':
      return `waits: ${event.reason.replace(/^waiting: /, '')}`;
    case 'agent_starting':
      return event.attempt === 1 ? 'is being started' : `is being started, attempt ${event.attempt}`;
    case 'agent_started':
      return `started, pid ${event.identity.pid}`;
    case 'agent_doubted':
      return event.doubt === null ? 'is beyond doubt again' : `is in doubt: ${event.doubt}`;
    case 'agent_stopping':
      return `is being stopped by ${event.by} (${event.detail ?? event.reason})`;
    case 'agent_paused':
      return `is paused by ${event.by}${event.reason === null ? '' : ` (${event.reason})`}`;
    case 'agent_resumed':
      return `goes on, says ${event.by}`;
    case 'agent_restarting':
      return `failed and is started again at ${event.until}: ${event.reason}`;
    case 'agent_reprioritized':
      return `waits with priority ${event.priority} from now on, says ${event.by}`;
    case 'replan_suggested':
      return `carries too much: ${event.suggestion}`;
    case 'agent_ended':
      return `${event.ending.status}: ${event.ending.status_reason}`;
    case 'agent_never_began':
      return `${event.as}: ${event.failure.message}`;
    case 'approval_requested':
      if (event.granted_by !== undefined)
        return `may use ${event.tool}: its branch was allowed it (${event.granted_by})`;
      return `asks for approval of ${event.tool} (${event.approval_id}), until ${event.expires_at}`;
    case 'approval_decided':
      return `${event.outcome === 'allowed' ? 'was allowed' : `was not allowed (${event.outcome})`} ${event.approval_id}, says ${event.by}${event.branch ? ', for its whole branch' : ''}${event.message === null ? '' : `: ${event.message}`}`;
    case 'agent_usage':
    case 'external_seen':
    case 'inbox_acknowledged':
      return null;
  }
}

function line(fleet: Fleet, agentId: string, at: string, words: string): LifeLine {
  const facts = fleet.agents.get(agentId)?.facts;
  const who =
    facts === undefined
      ? ''
      : ` (${[facts.agent_type, ...(facts.name === null ? [] : [`"${facts.name}"`])].join(' ')})`;
  return {
    agentId,
    text: `[${at.slice(11, 19)}] Agent ${agentId}${who} ${words}`.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ') + '\n',
  };
}
