/** What every way of talking to a coordinator offers, and how it says that something went wrong. */
import type { Action, actions, AnswerOf } from '../../protocol/actions.ts';
import type { z } from 'zod';
import type { Failure } from '../../protocol/failures.ts';
import type { PlanAnswer } from '../../protocol/plan.ts';
import type { ApprovalList, ShownApproval } from '../../protocol/approvals.ts';
import type { ComplianceAnswer } from '../../protocol/compliance.ts';
import type { QueueAnswer } from '../../protocol/queue.ts';
import type { AgentList, ReportAnswer, TreeAnswer } from '../../protocol/queries.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import type { BatchAnswer } from '../../protocol/request.ts';
import type { BranchAnswer, MessageAnswer, StopAnswer } from '../../protocol/verbs.ts';
import type { InboxAnswer, WaitAnswer } from '../../protocol/waiting.ts';

/**
 * Trouble on this side of the wire, beside the coordinator's own coded refusals.
 * - `UNREACHABLE`: nobody answered. Whether the request was carried out is unknown; asking again with the same
 *   request_id is safe.
 * - `UNEXPECTED_ANSWER`: somebody answered, but not as a coordinator of this version does.
 */
export interface ConnectionFailure {
  readonly code: 'UNREACHABLE' | 'UNEXPECTED_ANSWER';
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

export type ClientFailure = Failure | ConnectionFailure;

export type ClientResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: ClientFailure };

type Details = Record<string, unknown>;

export function connectionFailure(
  code: ConnectionFailure['code'],
  message: string,
  details?: Details,
): ConnectionFailure {
  return details === undefined ? { code, message } : { code, message, details };
}

export function unreachable(message: string, details?: Details): ClientResult<never> {
  return { ok: false, failure: connectionFailure('UNREACHABLE', message, details) };
}

export function unexpectedAnswer(message: string, details?: Details): ClientResult<never> {
  return { ok: false, failure: connectionFailure('UNEXPECTED_ANSWER', message, details) };
}

/** The body of an action as a client writes it: defaults may be left out, and so may the request_id, which is then made. */
export type Input<A extends Action> = Omit<
  Named<z.input<(typeof actions)[A]['request']>>,
  'action' | 'request_id' | 'token'
> & {
  request_id?: string;
};
/** The named fields of a loose object: `Omit` on one with an index signature would lose them all. */
type Named<T> = { [Key in keyof T as string extends Key ? never : Key]: T[Key] };
export type DeployInput = Input<'deploy'>;

/** `replayed`: the request_id was used before, this is its answer again and nothing was started; null where the door does not tell. */
export interface Deployed {
  readonly record: AgentRecord;
  readonly replayed: boolean | null;
}

/** Filters are joined by "and"; `parent_agent` gives direct children only. */
export type ListFilter = Omit<Input<'list'>, 'request_id' | 'timestamp'>;

/** The doors that agents use (HTTP, files) are interchangeable through this interface. Every trouble is a `ClientFailure`, nothing is thrown. */
export interface ZiggieClient {
  /**
   * Any action by its name, for those that build requests themselves. `replayed` is null where the door does not tell. An aborted
   * `signal` gives up waiting where the door can; what was asked may still be carried out.
   */
  perform<A extends Action>(
    action: A,
    input: Input<A>,
    signal?: AbortSignal,
  ): Promise<ClientResult<{ answer: AnswerOf<A>; replayed: boolean | null }>>;
  /** Asks for an agent. Answers as soon as the coordinator has started it, queued it or turned it down. */
  deploy(input: DeployInput): Promise<ClientResult<Deployed>>;
  /** Several at once: all are accepted, or none. */
  deployBatch(input: Input<'deploy_batch'>): Promise<ClientResult<BatchAnswer>>;
  get(agentId: string): Promise<ClientResult<AgentRecord>>;
  list(filter?: ListFilter): Promise<ClientResult<AgentList>>;
  /** The branch of an agent; without one, everything the caller may see. */
  tree(agentId?: string): Promise<ClientResult<TreeAnswer>>;
  /** Stops the agent and all below it; answers when the branch is down, or says what survived. */
  stop(agentId: string, reason?: string): Promise<ClientResult<StopAnswer>>;
  pause(agentId: string, reason?: string): Promise<ClientResult<BranchAnswer>>;
  resume(agentId: string, reason?: string): Promise<ClientResult<BranchAnswer>>;
  /** Runs an agent that has ended once more, as its next attempt. */
  restart(agentId: string, options?: Omit<Input<'restart'>, 'agent_id'>): Promise<ClientResult<BranchAnswer>>;
  message(agentId: string, text: string): Promise<ClientResult<MessageAnswer>>;
  /** Answers when agents have ended, or with what is left when `timeout` (seconds, 60) is over. */
  wait(input?: Input<'wait'>): Promise<ClientResult<WaitAnswer>>;
  /** What a parent has yet to learn of its children. Acknowledge with the `seq` of the last message that was worked on. */
  inbox(input?: Input<'inbox'>): Promise<ClientResult<InboxAnswer>>;
  /** With `tree`, the answer has the combined report of the agent and all below it, too. */
  report(agentId: string, options?: { readonly tree?: boolean }): Promise<ClientResult<ReportAnswer>>;
  /** Hands in a completion report: the caller's own, or that of an agent below it. */
  submitReport(markdown: string, agentId?: string): Promise<ClientResult<ReportAnswer>>;
  plan(input: Input<'plan'>): Promise<ClientResult<PlanAnswer>>;
  /** Who waits to be started, in their order, and for what. */
  /** The Protocol v1.2 score of an agent, its tree, a day; of all that the caller may see where nothing is given. */
  compliance(input?: Input<'compliance'>): Promise<ClientResult<ComplianceAnswer>>;
  queue(): Promise<ClientResult<QueueAnswer>>;
  /** Gives an agent that waits another place in the queue: 0 is first, 9 last. */
  reprioritize(agentId: string, priority: number): Promise<ClientResult<AgentRecord>>;
  /** Operator only: pauses or resumes all starts. */
  intake(paused: boolean): Promise<ClientResult<QueueAnswer>>;
  /** What agents ask the operator to allow; with `status: 'all'` also what was decided lately. */
  approvals(filter?: Input<'list_approvals'>): Promise<ClientResult<ApprovalList>>;
  /** Operator only. ALREADY_DECIDED says what was decided before. */
  decide(
    approvalId: string,
    decision: Omit<Input<'decide_approval'>, 'approval_id'>,
  ): Promise<ClientResult<ShownApproval>>;
}
