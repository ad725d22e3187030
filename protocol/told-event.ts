/** Events and the fleet as they are told to clients: the same shape, without what only the coordinator and an agent itself may know. */
import type { Agent } from './agent.ts';
import type { FleetSnapshot, ZiggieEvent } from './events.ts';

/** A prompt may be long and nobody who watches needs it; hashes of tokens and marks of runs are nobody's business. */
export function toldEvent(event: ZiggieEvent): ZiggieEvent {
  switch (event.type) {
    case 'agent_accepted':
      return { ...event, prompt: null };
    case 'batch_accepted':
      return { ...event, accepted: event.accepted.map((one) => ({ ...one, prompt: null })) };
    case 'agent_starting':
      return { ...event, nonce: '', token_sha256: '' };
    default:
      return event;
  }
}

/** What the event says of this agent; null: nothing. */
export function partAbout(event: ZiggieEvent, agentId: string): ZiggieEvent | null {
  const isIt = (id: string): boolean => id === agentId;
  switch (event.type) {
    case 'agent_accepted':
      return isIt(event.facts.agent_id) ? event : null;
    case 'batch_accepted': {
      const accepted = event.accepted.filter(({ facts }) => isIt(facts.agent_id));
      return accepted.length === 0 ? null : { ...event, accepted, agent_ids: event.agent_ids.filter(isIt) };
    }
    case 'agents_forgotten':
    case 'agents_requeued':
      return event.agent_ids.some(isIt) ? { ...event, agent_ids: [agentId] } : null;
    case 'request_done':
      return event.target !== null && isIt(event.target) ? event : null;
    default:
      return 'agent_id' in event && isIt(event.agent_id) ? event : null;
  }
}

/** Hashes of living tokens and marks of runs stand in the lives of agents, too. */
export const toldSnapshot = (snapshot: FleetSnapshot): FleetSnapshot => ({
  ...snapshot,
  agents: snapshot.agents.map(toldAgent),
});

function toldAgent(agent: Agent): Agent {
  const { life } = agent;
  return 'token_sha256' in life ? { ...agent, life: { ...life, nonce: '', token_sha256: '' } } : agent;
}
