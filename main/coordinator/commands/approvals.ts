/** request_approval, list_approvals, decide_approval: an agent asks, the operator decides, and it is written down. */
import type {
  Approval,
  ApprovalList,
  DecideApproval,
  ListApprovals,
  RequestApproval,
  ShownApproval,
} from '../../../protocol/approvals.ts';
import { approvalsInOrder, mayAsk } from '../../../protocol/approving.ts';
import type { Agent } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { EventOf } from '../../../protocol/events.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { agentsInOrder, type Fleet, isWithin } from '../../../protocol/fleet.ts';
import { approvalIdOf, keptInput } from '../approvals/asked.ts';
import { expired, isDue } from '../approvals/expiry.ts';
import type { Clock } from '../clock.ts';
import type { FleetWatch } from '../events/fleet-watch.ts';
import type { Call, Performed, Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { stateWords } from './branch-answer.ts';
import { type Note, usedBefore } from './repeats.ts';
import { mayReach, reach } from './rights.ts';
import { stopping } from './stopping.ts';

export interface ApprovalDeps {
  readonly ledger: Ledger;
  readonly fleetWatch: FleetWatch;
  readonly clock: Clock;
  readonly config: Pick<Config, 'approvals'>;
}

const denied = 'The operator denied this.';

/** An agent that asks for more at a time is not working. */
export const mostOpenPerAgent = 100;

/** Only for the caller itself. What is asked again gets the answer that there is, also after a restart of the coordinator. */
export async function requestApproval(
  deps: ApprovalDeps,
  request: RequestApproval,
  by: Principal,
  { signal }: Call,
): Promise<Result<ShownApproval>> {
  const { ledger, fleetWatch } = deps;
  if (by.kind === 'operator') {
    return fail(
      'NOT_ALLOWED',
      'Only an agent asks for an approval, with its own token ($ZIGGIE_TOKEN); the operator decides.',
      {
        reason: 'agent_only',
      },
    );
  }
  const entered = await enter(deps, request, by.agentId);
  if (!entered.ok) return entered;
  const id = entered.value;
  const decidedOne = (fleet: Fleet): true | null => (fleet.approvals.get(id)?.status === 'open' ? null : true);
  const patience = { timeoutMs: request.timeout * 1000, ...(signal === undefined ? {} : { signal }) };
  await fleetWatch.until(decidedOne, patience);
  const approval = ledger.current.approvals.get(id);
  if (approval === undefined) return unknown(id);
  if (approval.status === 'open' && fleetWatch.isClosed) return stopping;
  return ok(shown(ledger.current, by, approval));
}

/** Settles with its id when it is durable. Decided on what is pending, so two calls at once make one approval. */
async function enter(
  { ledger, clock, config }: ApprovalDeps,
  { tool_use_id, tool_name: tool, input }: RequestApproval,
  agentId: string,
): Promise<Result<string>> {
  const agent = ledger.pending.agents.get(agentId);
  const attempt = agent !== undefined && 'attempt' in agent.life ? agent.life.attempt : 0;
  const approval_id = approvalIdOf(agentId, attempt, tool_use_id);
  const kept = keptInput(tool, input);
  const before = ledger.pending.approvals.get(approval_id);
  if (before !== undefined) {
    if (before.input_sha256 !== kept.input_sha256 || before.tool_use_id !== tool_use_id) {
      return fail(
        'DUPLICATE_REQUEST_MISMATCH',
        `tool_use_id ${JSON.stringify(tool_use_id)} was used to ask for another call (${approval_id}). Each call needs an id of its own.`,
        { approval_id },
      );
    }
    await ledger.whenDurable();
    return ok(approval_id);
  }
  if (agent === undefined || !mayAsk(agent)) {
    const state = agent === undefined ? 'it is not known' : stateWords(agent);
    return fail('WRONG_STATE', `${agentId} cannot ask for an approval, ${state}. Only an agent that runs can.`, {
      agent_id: agentId,
    });
  }
  if ((agent.asking?.length ?? 0) >= mostOpenPerAgent) {
    return fail(
      'LIMIT_REACHED',
      `${agentId} waits for ${mostOpenPerAgent} approvals already, which is the most. Ask again when some are decided.`,
      { limit: mostOpenPerAgent },
    );
  }
  const at = clock.now();
  const granted_by = grantFor(ledger.pending, agent, tool);
  await ledger.commit([
    {
      type: 'approval_requested',
      at,
      agent_id: agentId,
      approval_id,
      tool_use_id,
      tool,
      ...kept,
      expires_at: new Date(Date.parse(at) + config.approvals.timeout_seconds * 1000).toISOString(),
      ...(granted_by === null ? {} : { granted_by }),
    },
  ]);
  return ok(approval_id);
}

/** The approval by which the agent or one above it, each still at work, was allowed this tool; by the tool's name alone. */
function grantFor(fleet: Fleet, agent: Agent, tool: string): string | null {
  for (let at: Agent | undefined = agent; at !== undefined; at = fleet.agents.get(at.facts.parent_agent ?? '')) {
    const grant = at.allowed?.find((one) => one.tool === tool);
    if (grant !== undefined) return grant.approval_id;
  }
  return null;
}

export function listApprovals(fleet: Fleet, { status, agent_id }: ListApprovals, by: Principal): Result<ApprovalList> {
  if (agent_id !== null) {
    const found = reach(fleet, by, agent_id);
    if (!found.ok) return found;
  }
  const isAsked = (id: string): boolean =>
    mayReach(fleet, by, id) && (agent_id === null || isWithin(fleet, id, agent_id));
  const wanted = approvalsInOrder(fleet.approvals).filter((one) => status === 'all' || one.status === 'open');
  return ok({
    approvals: wanted.filter((one) => isAsked(one.agent_id)).map((approval) => shown(fleet, by, approval)),
    allowed: agentsInOrder(fleet)
      .filter(({ allowed, facts }) => allowed !== undefined && isAsked(facts.agent_id))
      .flatMap(({ allowed = [], facts }) => allowed.map((one) => ({ agent_id: facts.agent_id, ...one }))),
  });
}

/** `mayDecide` comes before. Durable when it settles. */
export async function decideApproval(
  { ledger, clock }: ApprovalDeps,
  request: DecideApproval,
  by: Principal,
  note: Note,
): Promise<Result<Performed<ShownApproval>>> {
  const approval = ledger.pending.approvals.get(request.approval_id);
  if (approval === undefined) return unknown(request.approval_id);
  if (approval.decided?.request_id === request.request_id) {
    // From a journal that remembers the decision alone.
    if (!isAsDecided(approval, request)) return usedBefore(request.request_id);
    await ledger.whenDurable();
    return ok({ answer: shown(ledger.current, by, approval), replayed: true });
  }
  const at = clock.now();
  if (isDue(approval, at)) await ledger.commit([expired(approval, at)]);
  const now = ledger.pending.approvals.get(request.approval_id) ?? approval;
  if (now.decided !== null) return over(now);
  await ledger.commit([decision(approval, request, at), ...note([])]);
  const after = ledger.current.approvals.get(approval.approval_id);
  return after === undefined
    ? unknown(approval.approval_id)
    : ok({ answer: shown(ledger.current, by, after), replayed: false });
}

function isAsDecided({ status, decided }: Approval, { decision: asked, branch, message }: DecideApproval): boolean {
  if (asked === 'allow') return status === 'allowed' && decided?.branch === branch;
  return status === 'denied' && decided?.message === (message ?? denied);
}

/** The answer to a decision once more: the approval as it stands. */
export function decidedAgain(
  { ledger }: Pick<ApprovalDeps, 'ledger'>,
  id: string,
  by: Principal,
): Result<ShownApproval> {
  const approval = ledger.current.approvals.get(id);
  return approval === undefined ? unknown(id) : ok(shown(ledger.current, by, approval));
}

/** The operator's alone: an agent decides nothing, not even for those below it. Gives the agent that asked. */
export function mayDecide(
  { ledger }: Pick<ApprovalDeps, 'ledger'>,
  { approval_id, decision: asked, branch, token }: DecideApproval,
  by: Principal,
  door: Call['door'],
): Result<string> {
  if (by.kind === 'agent') {
    return fail(
      'NOT_ALLOWED',
      'Only the operator decides approvals; an agent does not, not even for the agents below it. Wait for the operator.',
      { reason: 'operator_only', caller: by.agentId },
    );
  }
  if (door === 'file' && token === null) {
    return fail(
      'UNAUTHENTICATED',
      'A file that decides an approval needs the operator token in its field "token": whoever can write into requests/ is not yet the operator here. Or use `ziggie approve`.',
      { reason: 'token_missing' },
    );
  }
  if (branch && asked === 'deny') {
    return fail('INVALID_REQUEST', 'branch goes with decision "allow" only. Leave it out, or stop the branch.', {
      field: 'branch',
    });
  }
  const approval = ledger.pending.approvals.get(approval_id);
  return approval === undefined ? unknown(approval_id) : ok(approval.agent_id);
}

function decision(
  { approval_id, agent_id }: Approval,
  { decision: asked, message, branch, request_id }: DecideApproval,
  at: string,
): EventOf<'approval_decided'> {
  const isAllowed = asked === 'allow';
  return {
    type: 'approval_decided',
    at,
    agent_id,
    approval_id,
    outcome: isAllowed ? 'allowed' : 'denied',
    by: 'operator',
    message: isAllowed ? null : (message ?? denied),
    branch,
    request_id,
  };
}

function over({ approval_id, status, decided }: Approval): Result<never> {
  const { by, at, message } = decided ?? { by: 'coordinator', at: '', message: null };
  return fail(
    'ALREADY_DECIDED',
    `${approval_id} is ${status} since ${at}, by ${by}${message === null ? '' : `: ${message}`} It cannot be decided again.`,
    { approval_id, status, by, at, message },
  );
}

const unknown = (id: string): Result<never> =>
  fail(
    'UNKNOWN_APPROVAL',
    `There is no approval ${id}, or it was decided long ago. \`ziggie approvals --all\` lists them.`,
    {
      approval_id: id,
    },
  );

/** With its place in the tree, from the top, as far as the caller may see it. */
function shown(fleet: Fleet, by: Principal, approval: Approval): ShownApproval {
  const path: ShownApproval['path'] = [];
  for (let id: string | null = approval.agent_id; id !== null && mayReach(fleet, by, id);) {
    const facts: Agent['facts'] | undefined = fleet.agents.get(id)?.facts;
    if (facts === undefined) break;
    path.unshift({ agent_id: id, agent_type: facts.agent_type, name: facts.name });
    id = facts.parent_agent;
  }
  return { ...approval, path };
}
