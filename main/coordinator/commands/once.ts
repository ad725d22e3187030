/** The verbs that are remembered by `request_done`: each with whom it is about, what it does, and its answer again. */
import type { AnswerOf, RequestOf } from '../../../protocol/actions.ts';
import type { Agent } from '../../../protocol/agent.ts';
import type { DecideApproval, ShownApproval } from '../../../protocol/approvals.ts';
import type { DoneRequest, RequestRecord } from '../../../protocol/events.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import type { BranchAnswer } from '../../../protocol/verbs.ts';
import type { Call, Performed, Principal } from '../facade.ts';
import { type ApprovalDeps, decideApproval, decidedAgain, mayDecide } from './approvals.ts';
import { branchAnswerAgain, reachBelow } from './branch-answer.ts';
import { pause, type PauseDeps } from './pause.ts';
import { intake, mayTurnIntake, queue, type QueueDeps } from './queue.ts';
import type { Once, Repeats } from './repeats.ts';
import { reportOf } from './report.ts';
import { resume } from './resume.ts';
import { reach } from './rights.ts';
import { stop, stopAgain, type StopDeps } from './stop.ts';
import { submitReport, type SubmitReportDeps, whoseReport } from './submit-report.ts';

export interface OnceDeps extends PauseDeps, StopDeps, SubmitReportDeps, ApprovalDeps {
  readonly scheduler: PauseDeps['scheduler'];
  readonly settings: QueueDeps['settings'];
  readonly config: SubmitReportDeps['config'];
  readonly repeats: Repeats;
}

type Handler<A extends DoneRequest['action']> = (
  deps: OnceDeps,
  request: RequestOf<A>,
  by: Principal,
  call: Call,
) => Promise<Result<Performed<AnswerOf<A>>>>;

export const stopOnce: Handler<'stop'> = (deps, request, by, call) => {
  const { agent_id, reason } = request;
  return deps.repeats.once(request, by, call, {
    target: idOf(reach(deps.ledger.pending, by, agent_id)),
    carryOut: async (note) => first(await stop(deps, agent_id, by, reason, note)),
    again: ({ changed }) => stopAgain(deps, agent_id, changed, by),
  });
};

export const pauseOnce: Handler<'pause'> = (deps, request, by, call) =>
  deps.repeats.once(request, by, call, {
    ...branchOnce(deps, request, by),
    carryOut: async (note) => first(await pause(deps, request, by, note)),
  });

export const resumeOnce: Handler<'resume'> = (deps, request, by, call) =>
  deps.repeats.once(request, by, call, {
    ...branchOnce(deps, request, by),
    carryOut: async (note) => first(await resume(deps, request, by, note)),
  });

export const intakeOnce: Handler<'intake'> = (deps, request, by, call) =>
  deps.repeats.once(request, by, call, {
    target: mayTurnIntake(by),
    carryOut: async (note) => first(await intake(deps, () => deps.ledger.current, request.paused, by, note)),
    again: () => ok(queue(deps, deps.ledger.current, by)),
  });

export const submitReportOnce: Handler<'submit_report'> = (deps, request, by, call) => {
  const { ledger, repeats } = deps;
  // An agent's own, whose token ended with it, is asked again in the operator's name: then the journal knows whose it is.
  const seen = by.kind === 'operator' ? ledger.pending.requests.get(request.request_id)?.done?.target : null;
  const target = whoseReport(deps, request.agent_id ?? seen ?? null, by);
  return repeats.once(request, by, call, {
    target,
    carryOut: async (note) => first(await submitReport(deps, request, by, note)),
    again: ({ target: whose }) => reportOf(deps, whose ?? '', by),
  });
};

export const decideOnce = (
  deps: ApprovalDeps & Pick<OnceDeps, 'repeats'>,
  request: DecideApproval,
  by: Principal,
  call: Call,
): Promise<Result<Performed<ShownApproval>>> =>
  deps.repeats.once(request, by, call, {
    target: mayDecide(deps, request, by, call.door),
    carryOut: (note) => decideApproval(deps, request, by, note),
    again: () => decidedAgain(deps, request.approval_id, by),
  });

function branchOnce(
  { ledger, record }: OnceDeps,
  { agent_id, action }: RequestOf<'pause' | 'resume'>,
  by: Principal,
): Pick<Once<BranchAnswer>, 'target' | 'again'> {
  return {
    target: idOf(reachBelow(ledger.pending, by, agent_id, action)),
    again: (done: DoneRequest & Pick<RequestRecord, 'at'>) => {
      const found = reach(ledger.current, by, agent_id);
      return found.ok ? ok(branchAnswerAgain(ledger.current, found.value, done, record)) : found;
    },
  };
}

const idOf = (found: Result<Agent>): Result<string> => (found.ok ? ok(found.value.facts.agent_id) : found);

const first = <T>(answer: Result<T>): Result<Performed<T>> =>
  answer.ok ? ok({ answer: answer.value, replayed: false }) : answer;
