/** An agent record for tests that need one and care about few of its fields. */
import { unknownUsage } from '../../protocol/agent.ts';
import { type AgentRecord, agentRecord } from '../../protocol/record.ts';
import { agentFacts } from './agent-facts.ts';

/** A freshly queued agent, with the given fields put over it. */
export function agentRecordWith(fields: Partial<AgentRecord> = {}): AgentRecord {
  const queued = agentRecord({
    facts: agentFacts(),
    life: { status: 'queued', since: '2025-11-09T14:30:00.000Z', reason: 'accepted' },
    usage: unknownUsage,
    usage_before: unknownUsage,
    failures: 0,
    children: [],
  });
  return { ...queued, ...fields };
}
