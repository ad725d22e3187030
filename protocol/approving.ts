/** How approvals are folded into the fleet. An approval is open exactly when its agent's `asking` names it. Pure. */
import type { PersistentMap } from './persistent-map.ts';
import { type Agent, isEnded } from './agent.ts';
import type { Approval } from './approvals.ts';
import type { EventOf, ZiggieEvent } from './events.ts';

export type Approvals = PersistentMap<string, Approval>;

/** So many decided ones are kept, the latest; of their inputs only the beginning. */
export const mostDecided = 200;
const decidedInputLength = 2000;

/** Only what runs can ask. What is being stopped is allowed nothing more. */
export const mayAsk = ({ life: { status } }: Agent): boolean =>
  status === 'starting' || status === 'running' || status === 'paused';

export function approvalOf(event: EventOf<'approval_requested'>): Approval {
  const { approval_id, agent_id, tool_use_id, tool, input, input_bytes, input_sha256, expires_at, at, granted_by } =
    event;
  const asked = { approval_id, agent_id, tool_use_id, tool, input, input_bytes, input_sha256, expires_at };
  const open: Approval = { ...asked, asked_at: at, status: 'open', decided: null };
  if (granted_by === undefined) return open;
  return decided(open, 'allowed', { at, by: granted_by, message: null, branch: false, request_id: null });
}

export function asking(agent: Agent, { approval_id, tool, at }: EventOf<'approval_requested'>): Agent {
  return { ...agent, asking: [...(agent.asking ?? []), { approval_id, tool, since: at }] };
}

export function decidedApproval(approval: Approval, event: EventOf<'approval_decided'>): Approval {
  const { at, by, message, branch, outcome, request_id } = event;
  return decided(approval, outcome, { at, by, message, branch, request_id });
}

/** The agent after the decision: it waits for one less, and may do more where its branch was allowed the tool. */
export function afterDecision(agent: Agent, approval: Approval): Agent {
  const { approval_id, tool, status, decided: decision } = approval;
  const left = without(agent, [approval_id]);
  if (status !== 'allowed' || decision?.branch !== true || !mayAsk(agent)) return left;
  const others = (agent.allowed ?? []).filter((one) => one.tool !== tool);
  return { ...left, allowed: [...others, { tool, approval_id, since: decision.at }] };
}

/** When a run is over, or is being stopped, nobody waits for its approvals any more, and what it was allowed is over. */
export function afterTurn(agent: Agent, event: ZiggieEvent): Agent {
  if (!isClosing(agent, event) || (agent.asking === undefined && agent.allowed === undefined)) return agent;
  const closed = without(
    agent,
    (agent.asking ?? []).map(({ approval_id }) => approval_id),
  );
  if (event.type === 'agent_restarting') return closed; // The next attempt is the same agent at the same work.
  const { allowed, ...rest } = closed;
  return allowed === undefined ? closed : rest;
}

function isClosing(agent: Agent, event: ZiggieEvent): boolean {
  switch (event.type) {
    case 'agent_stopping':
    case 'agent_ended':
    case 'agent_never_began':
      return isEnded(agent) || agent.life.status === 'stopping';
    case 'agent_restarting':
      return agent.life.status === 'backoff';
    default:
      return false;
  }
}

/** `before` and `after` are the agent around the event. */
export function closeApprovals(approvals: Approvals, before: Agent, after: Agent, at: string): Approvals {
  if (before.asking === undefined || after.asking !== undefined) return approvals;
  const decision = {
    at,
    by: 'coordinator',
    message: 'The run of the agent that asked is over.',
    branch: false,
    request_id: null,
  };
  const closed = before.asking.reduce((all, { approval_id }) => {
    const approval = all.get(approval_id);
    return approval === undefined ? all : all.set(approval_id, decided(approval, 'closed', decision));
  }, approvals);
  return latest(closed);
}

export function latest(approvals: Approvals): Approvals {
  const over = [...approvals.values()].filter(({ decided: decision }) => decision !== null);
  if (over.length <= mostDecided) return approvals;
  const oldest = over
    .sort((a, b) => compare(a.decided?.at ?? '', b.decided?.at ?? '') || compare(a.approval_id, b.approval_id))
    .slice(0, over.length - mostDecided);
  return approvals.deleteAll(oldest.map(({ approval_id }) => approval_id));
}

/** Oldest first. */
export const approvalsInOrder = (approvals: Approvals): Approval[] =>
  [...approvals.values()].sort((a, b) => compare(a.asked_at, b.asked_at) || compare(a.approval_id, b.approval_id));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function decided(approval: Approval, status: Approval['status'], decision: NonNullable<Approval['decided']>): Approval {
  return { ...approval, input: approval.input.slice(0, decidedInputLength), status, decided: decision };
}

function without(agent: Agent, ids: readonly string[]): Agent {
  const { asking: before, ...rest } = agent;
  const left = (before ?? []).filter(({ approval_id }) => !ids.includes(approval_id));
  return left.length === 0 ? rest : { ...rest, asking: left };
}
