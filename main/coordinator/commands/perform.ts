/** Every action, and who carries it out. Each door parses, calls this, and writes down what it answers. */
import type { Action, AnswerOf, RequestOf, ZiggieRequest } from '../../../protocol/actions.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import { planWork } from '../../../protocol/planning.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { FleetWatch } from '../events/fleet-watch.ts';
import type { Call, Performed, Principal } from '../facade.ts';
import { listApprovals, requestApproval } from './approvals.ts';
import { compliance } from './compliance.ts';
import { deploy, type DeployDeps } from './deploy.ts';
import { deployBatch } from './deploy-batch.ts';
import { inbox } from './inbox.ts';
import { list } from './list.ts';
import { message } from './message.ts';
import { decideOnce, intakeOnce, type OnceDeps, pauseOnce, resumeOnce, stopOnce, submitReportOnce } from './once.ts';
import { queue } from './queue.ts';
import { reportOf, reportOfTree } from './report.ts';
import { reprioritize } from './reprioritize.ts';
import { restart } from './restart.ts';
import { reach } from './rights.ts';
import { tree } from './tree.ts';
import { wait } from './wait.ts';

export interface PerformDeps extends DeployDeps, OnceDeps {
  readonly fleetWatch: FleetWatch;
  readonly record: RecordOf;
}

type Handler<A extends Action> = (
  deps: PerformDeps,
  request: RequestOf<A>,
  by: Principal,
  call: Call,
) => Promise<Result<Performed<AnswerOf<A>>>>;

const handlers: { readonly [A in Action]: Handler<A> } = {
  deploy: async (deps, request, by, { door, wait: until }) => {
    const answer = await deploy(deps, { request, by, door, wait: until, onDurable: () => undefined });
    return answer.ok ? ok({ answer: answer.value.record, replayed: answer.value.replayed }) : answer;
  },
  deploy_batch: (deps, request, by, { door, wait: until }) =>
    deployBatch(deps, { request, by, door, wait: until, onDurable: () => undefined }),
  stop: stopOnce,
  pause: pauseOnce,
  resume: resumeOnce,
  restart,
  reprioritize,
  message: async (deps, request, by) => done(await message(deps, request, by)),
  status: async ({ ledger, record }, { agent_id }, by) => {
    const found = reach(ledger.current, by, agent_id);
    return found.ok ? done(ok(record(found.value))) : found;
  },
  list: async ({ ledger, record }, request, by) => done(list(ledger.current, request, by, record)),
  tree: async ({ ledger, record }, { agent_id }, by) => done(tree(ledger.current, agent_id, by, record)),
  report: async (deps, request, by) => done(await (request.tree ? reportOfTree : reportOf)(deps, request.agent_id, by)),
  submit_report: submitReportOnce,
  wait: async (deps, request, by, { signal }) =>
    atRest(deps, by, () =>
      wait({ fleet: () => deps.ledger.current, fleetWatch: deps.fleetWatch, record: deps.record }, request, by, signal),
    ),
  inbox: async (deps, request, by, { signal }) => atRest(deps, by, () => inbox(deps, request, by, signal)),
  queue: async (deps, _request, by) => done(ok(queue(deps, deps.ledger.current, by))),
  intake: intakeOnce,
  compliance: async ({ ledger, config }, request, by) => done(await compliance(ledger.current, config, request, by)),
  plan: async ({ config }, { tasks, workers }) => done(ok(planWork(tasks, workers, config.balance))),
  request_approval: async (deps, request, by, call) => done(await requestApproval(deps, request, by, call)),
  list_approvals: async ({ ledger }, request, by) => done(listApprovals(ledger.current, request, by)),
  decide_approval: decideOnce,
};

export function perform<R extends ZiggieRequest>(
  deps: PerformDeps,
  request: R,
  by: Principal,
  call: Call,
): Promise<Result<Performed<AnswerOf<R['action']>>>> {
  // The table's type says that each action has the handler of its own request; an index by a union cannot say it.
  const handle = handlers[request.action] as unknown as Handler<R['action']>;
  return handle(deps, request as RequestOf<R['action']>, by, call);
}

/** An agent that waits for others lends its slot meanwhile. */
async function atRest<T>(
  { scheduler }: PerformDeps,
  by: Principal,
  work: () => Promise<Result<T>>,
): Promise<Result<Performed<T>>> {
  return done(await scheduler.waitingParents.during(by.kind === 'agent' ? by.agentId : null, work));
}

function done<T>(answer: Result<T>): Result<Performed<T>> {
  return answer.ok ? ok({ answer: answer.value, replayed: false }) : answer;
}
