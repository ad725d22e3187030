/** restart: runs agents that have ended once more, as their next attempts. The same request_id restarts nothing twice. */
import { type Agent, isEnded, statusOf } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { RequestRecord } from '../../../protocol/events.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { type Fleet, fleet as fold, subtree } from '../../../protocol/fleet.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { BranchAnswer, RestartRequest } from '../../../protocol/verbs.ts';
import type { Budgets } from '../admission/budgets.ts';
import { checkQuota } from '../admission/queue-room.ts';
import type { Scheduler } from '../admission/scheduler.ts';
import type { Clock } from '../clock.ts';
import type { Performed, Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Layout } from '../root/layout.ts';
import { because, branchAnswer, reachBelow, stateWords } from './branch-answer.ts';
import { restoreKeptPrompts } from './kept-prompts.ts';
import { usedBefore } from './repeats.ts';
import { requestHash } from './request-hash.ts';
import { callerName } from './rights.ts';
import { stoppedFromAbove } from './undoing.ts';
import type { WaitingPrompts } from './waiting-prompts.ts';

export interface RestartDeps {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly record: RecordOf;
  readonly budgets: Budgets;
  readonly prompts: WaitingPrompts;
  /** Read at each call. */
  readonly config: Pick<Config, 'limits'>;
}

/**
 * Answers when it is durable; the agents wait for their start then, as after a failure. WRONG_STATE when the agent has not
 * ended; PROMPT_NOT_FOUND when its prompt was changed or removed; DUPLICATE_REQUEST_MISMATCH as everywhere.
 */
export async function restart(
  deps: RestartDeps,
  request: RestartRequest,
  by: Principal,
): Promise<Result<Performed<BranchAnswer>>> {
  const { ledger } = deps;
  const found = reachBelow(ledger.pending, by, request.agent_id, 'restart');
  if (!found.ok) return found;
  const hash = requestHash(request);
  const seen = ledger.pending.requests.get(request.request_id);
  if (seen !== undefined) return answerAgain(deps, request, seen, hash, found.value);
  const target = found.value;
  if (!isEnded(target)) return wrongState(target);
  const plan = planOf(deps, request, target, by);
  return plan.ok ? carryOut(deps, request, hash, target, by, plan.value) : plan;
}

interface Plan {
  readonly restarted: readonly Agent[];
  readonly unchanged: BranchAnswer['unchanged'];
}

function planOf(
  { ledger, layout, prompts, config }: RestartDeps,
  request: RestartRequest,
  target: Agent,
  by: Principal,
): Result<Plan> {
  const branch = request.branch ? subtree(ledger.pending, request.agent_id) : [target];
  const wanted = branch.filter((agent) => agent === target || mayBeRestarted(agent));
  for (const { facts } of wanted) prompts.place(facts.agent_id);
  const promptless = restoreKeptPrompts(
    layout,
    wanted.map(({ facts }) => facts),
  );
  const chosen = new Set<string>();
  const unchanged: BranchAnswer['unchanged'] = [];
  for (const agent of branch) {
    const why = reasonAgainst(ledger.pending, agent, { isWanted: wanted.includes(agent), chosen, promptless, by });
    if (why === null) chosen.add(agent.facts.agent_id);
    else if (agent === target) return refusal(target, why, promptless.has(target.facts.agent_id));
    else unchanged.push(because(agent, why));
  }
  const quota = checkQuota(ledger.pending, by, config.limits, chosen.size);
  if (!quota.ok) return quota;
  return ok({ restarted: wanted.filter(({ facts }) => chosen.has(facts.agent_id)), unchanged });
}

const mayBeRestarted = (agent: Agent): boolean => isEnded(agent) && statusOf(agent) !== 'completed';

/** null: it is restarted. Parents come before their children. */
function reasonAgainst(
  fleet: Fleet,
  agent: Agent,
  {
    isWanted,
    chosen,
    promptless,
    by,
  }: {
    readonly isWanted: boolean;
    readonly chosen: ReadonlySet<string>;
    readonly promptless: ReadonlySet<string>;
    readonly by: Principal;
  },
): string | null {
  if (!isWanted) return stateWords(agent);
  if (promptless.has(agent.facts.agent_id)) return 'its prompt was changed or removed since it was accepted';
  const stopper = stoppedFromAbove(fleet, agent, by);
  if (stopper !== null)
    return `${stopper} stopped it, and only that, what is above it, or the operator has it run again`;
  const stopping = ancestorBeingStopped(fleet, agent);
  if (stopping !== null) return `${stopping} above it is being stopped`;
  const { parent_agent } = agent.facts;
  const parent = parent_agent === null ? undefined : fleet.agents.get(parent_agent);
  // The operator may have a child's work done again although nobody waits for it any more.
  if (by.kind === 'operator' || parent === undefined || !isEnded(parent) || chosen.has(parent.facts.agent_id)) {
    return null;
  }
  return `its parent ${parent.facts.agent_id} is ${statusOf(parent)}, and only the operator restarts below one that has ended`;
}

/** A branch that is being stopped stays stopped: nothing begins in it any more. */
function ancestorBeingStopped(fleet: Fleet, { facts }: Agent): string | null {
  for (let id = facts.parent_agent; id !== null;) {
    const above = fleet.agents.get(id);
    if (above?.life.status === 'stopping') return id;
    id = above?.facts.parent_agent ?? null;
  }
  return null;
}

function refusal({ facts }: Agent, why: string, isPromptless: boolean): Result<never> {
  const { agent_id } = facts;
  if (isPromptless) {
    return fail('PROMPT_NOT_FOUND', `${agent_id} cannot be restarted: ${why}. Deploy it again with its prompt.`, {
      agent_id,
    });
  }
  return fail('NOT_ALLOWED', `${agent_id} cannot be restarted: ${why}. Ask the operator.`, {
    agent_id,
  });
}

async function carryOut(
  { ledger, scheduler, clock, record, budgets }: RestartDeps,
  { request_id, reason }: RestartRequest,
  request_sha256: string,
  target: Agent,
  by: Principal,
  { restarted, unchanged }: Plan,
): Promise<Result<Performed<BranchAnswer>>> {
  const at = clock.now();
  const agent_ids = restarted.map(({ facts }) => facts.agent_id);
  const requeued = {
    type: 'agents_requeued',
    at,
    agent_ids,
    by: callerName(by),
    reason,
    request_id,
    request_sha256,
  } as const;
  // As it would be with them: what they were given is reserved once more.
  const after = fold(ledger.pending, { seq: ledger.pending.seq + 1, event: requeued });
  const waiting = after.agents.get(target.facts.agent_id);
  const failure = waiting === undefined ? null : budgets.mayStart(after, waiting);
  if (failure !== null) return { ok: false, failure };
  await ledger.commit([requeued]);
  scheduler.freeAll(agent_ids.flatMap((id) => ledger.current.agents.get(id) ?? []));
  return ok({ answer: branchAnswer(ledger.current, target, agent_ids, unchanged, record), replayed: false });
}

async function answerAgain(
  { ledger, record }: RestartDeps,
  { request_id }: RestartRequest,
  seen: RequestRecord,
  hash: string,
  target: Agent,
): Promise<Result<Performed<BranchAnswer>>> {
  if (seen.sha256 !== hash || seen.restarted === undefined) {
    return usedBefore(request_id);
  }
  // Taken a moment ago, perhaps not durable yet: where the disk refuses, both are refused.
  if (!ledger.current.requests.has(request_id)) await ledger.whenDurable();
  return ok({ answer: branchAnswer(ledger.current, target, seen.restarted, [], record), replayed: true });
}

function wrongState(agent: Agent): Result<never> {
  const { agent_id } = agent.facts;
  return fail(
    'WRONG_STATE',
    `${agent_id} cannot be restarted, ${stateWords(agent)}. Only what has ended is restarted: stop it first, then restart it.`,
    { agent_id, status: statusOf(agent) },
  );
}
