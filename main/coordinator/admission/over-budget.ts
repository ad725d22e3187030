/** The end of who waited for its start and may not be started any more: nothing is left of its budget, or of one above it. */
import type { Agent } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import type { Failure } from '../../../protocol/failures.ts';

/** null: it does not wait. One that ran before ends as `failed`, with what is known of its last run. */
export function overBudgetEvent({ life, facts }: Agent, failure: Failure, at: string): ZiggieEvent | null {
  const { agent_id } = facts;
  if (life.status === 'queued') return { type: 'agent_never_began', at, agent_id, as: 'refused', failure };
  if (life.status !== 'backoff') return null;
  const { attempt, ending } = life;
  const status_reason = `attempt ${attempt + 1} was not started: ${failure.code}: ${failure.message} Attempt ${attempt}: ${ending.status_reason}`;
  return { type: 'agent_ended', at, agent_id, attempt, ending: { ...ending, status: 'failed', status_reason } };
}
