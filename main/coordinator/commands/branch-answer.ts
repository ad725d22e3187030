/** What the verbs pause, resume and restart share: whom a caller may do it to, and their answer. */
import { type Agent, isEnded, statusOf } from '../../../protocol/agent.ts';
import { fail, type Result } from '../../../protocol/failures.ts';
import { type Fleet, subtree } from '../../../protocol/fleet.ts';
import { holdOf, holdWords } from '../../../protocol/hold.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { BranchAnswer } from '../../../protocol/verbs.ts';
import type { Principal } from '../facade.ts';
import { reach } from './rights.ts';

/** As `reach`; an agent does this only to what lies below it, not to itself. */
export function reachBelow(fleet: Fleet, by: Principal, agentId: string, verb: string): Result<Agent> {
  const found = reach(fleet, by, agentId);
  if (!found.ok || by.kind === 'operator' || agentId !== by.agentId) return found;
  return fail(
    'NOT_ALLOWED',
    `${agentId} cannot ${verb} itself; an agent may ${verb} what lies below it. Name one of your children, or ask the operator.`,
    { agent_id: agentId, caller: by.agentId },
  );
}

export function branchAnswer(
  fleet: Fleet,
  target: Agent,
  changed: readonly string[],
  unchanged: BranchAnswer['unchanged'],
  record: RecordOf,
  unfrozen: BranchAnswer['unfrozen'] = [],
): BranchAnswer {
  const agentId = target.facts.agent_id;
  return {
    agent_id: agentId,
    status: statusOf(fleet.agents.get(agentId) ?? target),
    changed: changed.flatMap((id) => fleet.agents.get(id) ?? []).map(record),
    unchanged,
    unfrozen,
  };
}

/** Of a pause or a resume that was done at `at`: who changed then and who did not, each as it is now. */
export function branchAnswerAgain(
  fleet: Fleet,
  target: Agent,
  { changed, at }: { readonly changed: readonly string[]; readonly at: string },
  record: RecordOf,
): BranchAnswer {
  const isChanged = new Set(changed);
  const others = subtree(fleet, target.facts.agent_id).filter(
    ({ facts }) => !isChanged.has(facts.agent_id) && facts.accepted_at <= at,
  );
  const unchanged = others.map((agent) => because(agent, stateWords(agent)));
  return branchAnswer(fleet, target, changed, unchanged, record);
}

export const because = ({ facts }: Agent, reason: string): BranchAnswer['unchanged'][number] => ({
  agent_id: facts.agent_id,
  reason,
});

/** Why nothing is done to it: "it is running", "it ended: completed". */
export function stateWords(agent: Agent): string {
  const { life } = agent;
  const hold = holdOf(life);
  if (hold !== null) return `it is ${holdWords(hold)}`;
  if (life.status === 'never_began') return `it never began: ${life.as}`;
  if (isEnded(agent)) return `it ended: ${statusOf(agent)}`;
  switch (life.status) {
    case 'queued':
      return 'it waits in the queue';
    case 'backoff':
      return 'it waits for its next attempt';
    case 'starting':
      return 'it is being started';
    case 'stopping':
      return 'it is being stopped';
    default:
      return `it is ${life.status}`;
  }
}
