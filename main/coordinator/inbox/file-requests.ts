/** Carries out what request files ask. Every action answers in `responses/`, as success or as a coded failure. */
import { fail, failureOf, ok, type Result } from '../../../protocol/failures.ts';
import { parseRequest } from '../../../protocol/parse-request.ts';
import { type Action, waitingActions, type ZiggieRequest } from '../../../protocol/actions.ts';
import type { BatchAnswer, BatchRequest, DeployRequest } from '../../../protocol/request.ts';
import type { BatchCall } from '../commands/deploy-batch.ts';
import type { DeployCall } from '../commands/deploy.ts';
import type { Coordinator, DeployAnswer, Performed, Principal } from '../facade.ts';
import type { Answers } from './answers.ts';
import type { Aside, InboxOptions } from './inbox.ts';

export interface FileRequestDeps {
  readonly coordinator: Coordinator;
  readonly answers: Answers;
  readonly deploy: (call: DeployCall) => Promise<Result<DeployAnswer>>;
  readonly deployBatch: (call: BatchCall) => Promise<Result<Performed<BatchAnswer>>>;
  readonly principalOf: (token: string) => Principal | null;
  /** Without a token a file is refused (`require_tokens` of config.json). */
  readonly requiresToken: () => boolean;
  /** True for a request that was taken before, the very same one: it gets its answer again, and starts nothing. */
  readonly isKnown: (request: ZiggieRequest) => boolean;
}

export function fileRequests(deps: FileRequestDeps): InboxOptions['handle'] {
  return async (body, taken, aside) => {
    const request = parseRequest(body);
    const done = request.ok ? await carryOut(deps, request.value, taken, aside) : request;
    if (done.ok) return null;
    // The refusal itself is answered by the inbox, which also puts the file aside.
    return done.failure;
  };
}

async function carryOut(
  deps: FileRequestDeps,
  request: ZiggieRequest,
  taken: () => void,
  aside: Aside,
): Promise<Result<void>> {
  const by = callerOf(deps, request.token);
  if (request.action === 'deploy' || request.action === 'deploy_batch') {
    // Its file may be left from before a crash, and the agent that asked may have ended with its token since.
    const as: Result<Principal> = !by.ok && deps.isKnown(request) ? ok({ kind: 'operator' }) : by;
    if (!as.ok) return as;
    return request.action === 'deploy'
      ? deployByFile(deps, request, as.value, taken, aside)
      : deployBatchByFile(deps, request, as.value, taken);
  }
  const as: Result<Principal> = isDone(deps, request, by) ? ok({ kind: 'operator' }) : by;
  if (!as.ok) return as;
  const tokenEnd = new AbortController();
  const unwatch = deps.coordinator.onTokenEnd(as.value, () => tokenEnd.abort());
  const gone = mayTakeLong(request) ? aside() : null;
  const signal = AbortSignal.any(gone === null ? [tokenEnd.signal] : [tokenEnd.signal, gone]);
  const answer = await deps.coordinator
    .perform(request, as.value, { door: 'file', wait: 'admission', signal })
    .finally(unwatch);
  if (gone?.aborted === true) return ok(undefined);
  // Who only waited learns nothing more, as by every other door; what was done for somebody is told all the same.
  if (tokenEnd.signal.aborted && waitingActions.includes(request.action)) return tokenIsOver();
  if (!answer.ok) return answer;
  if (!(await deps.answers.success(request.request_id, answer.value.answer))) return { ok: false, failure: stopping };
  taken();
  return ok(undefined);
}

/** Carried out before a crash, and the agent that asked has ended with its token since: only its answer is wanted. */
const isDone = ({ isKnown }: FileRequestDeps, request: ZiggieRequest, by: Result<Principal>): boolean =>
  !by.ok && ofAgents.includes(request.action) && isKnown(request);

/** What an agent may ask by a file, changes something, and is remembered. */
const ofAgents: readonly Action[] = ['stop', 'pause', 'resume', 'restart', 'reprioritize', 'submit_report'];

/** It waits for agents: to end, or to say something. */
const mayTakeLong = ({ action, timeout }: ZiggieRequest & { timeout?: unknown }): boolean =>
  action === 'wait' || action === 'stop' || ((action === 'inbox' || action === 'request_approval') && timeout !== 0);

const stopping = failureOf(
  'STOPPING',
  'The coordinator stops before the answer could be written. The request is answered by the next one.',
);

/** Without a token the file speaks for whoever may write into the folder: the user. */
function callerOf({ principalOf, requiresToken }: FileRequestDeps, token: string | null): Result<Principal> {
  if (token === null && requiresToken()) {
    return fail(
      'UNAUTHENTICATED',
      'This coordinator takes no request file without a token (require_tokens in config.json). Put $ZIGGIE_TOKEN, or the operator token that coordinator.json names, into the field "token".',
    );
  }
  if (token === null) return ok({ kind: 'operator' });
  const principal = principalOf(token);
  return principal === null ? tokenIsOver() : ok(principal);
}

const tokenIsOver = (): Result<never> =>
  fail(
    'UNAUTHENTICATED',
    'The token in the request is not valid, or its agent has ended. Use $ZIGGIE_TOKEN of a living agent, or leave it out.',
  );

async function deployByFile(
  { answers, deploy }: FileRequestDeps,
  request: DeployRequest,
  by: Principal,
  taken: () => void,
  aside: Aside,
): Promise<Result<void>> {
  let isTaken = false;
  const onDurable = (agentId: string): void => {
    isTaken = true;
    taken();
    // A failure to start is an answer, too; it is written from the journal's word like every other.
    void answers.whenStarted(agentId, request.request_id);
  };
  const answer = await deploy({ request, by, door: 'file', wait: 'admission', onDurable });
  if (answer.ok && answer.value.replayed) {
    // The journal does not say that this file is owed an answer, so the file itself stays until it has one.
    aside();
    if (!(await answers.whenStarted(answer.value.record.agent_id, request.request_id)))
      return { ok: false, failure: stopping };
    taken();
  }
  return answer.ok || isTaken ? ok(undefined) : answer;
}

async function deployBatchByFile(
  { answers, deployBatch }: FileRequestDeps,
  request: BatchRequest,
  by: Principal,
  taken: () => void,
): Promise<Result<void>> {
  let isTaken = false;
  const onDurable = (agentIds: readonly string[]): void => {
    isTaken = true;
    taken();
    void answers.whenAdmitted(agentIds, request.request_id);
  };
  const answer = await deployBatch({ request, by, door: 'file', wait: 'admission', onDurable });
  if (answer.ok && answer.value.replayed) {
    if (!(await answers.success(request.request_id, answer.value.answer))) return { ok: false, failure: stopping };
    taken();
  }
  return answer.ok || isTaken ? ok(undefined) : answer;
}
