/** deploy_batch: several agents of one request, all accepted in one step of the journal, or none. */
import type { AgentFacts } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { type Failure, fail, failureOf, ok, type Result } from '../../../protocol/failures.ts';
import { type Fleet, fleet as fold } from '../../../protocol/fleet.ts';
import type { BatchAnswer, BatchRequest, DeployRequest } from '../../../protocol/request.ts';
import { checkBalance } from '../admission/balance.ts';
import { checkHierarchy } from '../admission/hierarchy.ts';
import type { Candidate } from '../admission/limits.ts';
import { checkQueueFor, checkQuota, type SlotsFound } from '../admission/queue-room.ts';
import { PromptAllowance } from '../admission/prompt.ts';
import type { Performed, Principal } from '../facade.ts';
import { syncFolder } from '../ledger/atomic-file.ts';
import { membersOf } from './batch-members.ts';
import { type DeployCall, type DeployDeps, isAnswerable, refuse } from './deploy.ts';
import { factsOf, type Placed, prepare, type Prepared } from './prepare.ts';
import { usedBefore } from './repeats.ts';
import { requestHash } from './request-hash.ts';
import { mayReach, parentFor } from './rights.ts';
import { inlineLimitBytes } from './stored-prompt.ts';
import { undoAcceptance } from './undo-acceptance.ts';

/** One line of the journal holds the whole batch, and should stay well below a segment. */
const inlineLimitOfAllBytes = 4 * 1024 * 1024;
/** A request of a few kilobytes may name a large file a thousand times: each agent gets a copy of its own on the disk. */
const mostBytesOfAll = 64 * 1024 * 1024;
/** So many prompts are in memory at once. */
const preparedAtOnce = 8;

export interface BatchCall extends Pick<DeployCall, 'by' | 'door' | 'wait'> {
  readonly request: BatchRequest;
  /** Called once the batch is in the journal, with its agents in the order of the request; not for one that was there before. */
  readonly onDurable: (agentIds: readonly string[]) => void;
}

export async function deployBatch(deps: DeployDeps, call: BatchCall): Promise<Result<Performed<BatchAnswer>>> {
  const { request_id } = call.request;
  const hash = requestHash(call.request);
  const seen = earlierBatch(deps, request_id, hash);
  if (seen !== null) return answerAgain(deps, call, await seen);
  const members = membersOf(call.request);
  if (!members.ok) return refuse(deps, request_id, hash, members.failure);
  // Known and misplaced ones are told before a prompt is read for anybody.
  const before = judge(deps, call.by, members.value);
  if (!before.ok) return refuse(deps, request_id, hash, before.failure);
  const prepared = await prepareAll(deps, members.value, before.value);
  const discard = (): void => {
    if (prepared.ok) for (const { prompt } of prepared.value.values()) prompt.discard();
  };
  // Other doors went on meanwhile; from here to the commit nothing waits.
  const seenMeanwhile = earlierBatch(deps, request_id, hash);
  if (seenMeanwhile !== null) {
    discard();
    return answerAgain(deps, call, await seenMeanwhile);
  }
  if (!prepared.ok) return refuse(deps, request_id, hash, prepared.failure);
  const judged = judge(deps, call.by, members.value);
  if (!judged.ok) {
    discard();
    return refuse(deps, request_id, hash, judged.failure);
  }
  if (judged.value.some(({ is, request }) => is === 'new' && !prepared.value.has(request.request_id))) {
    discard(); // An agent that was there is not any more: the disk refused it after all.
    return deployBatch(deps, call);
  }
  return accept(deps, call, hash, judged.value, prepared.value);
}

/** null: never seen. Otherwise its agents, or the failure that stands. */
function earlierBatch(
  { ledger }: DeployDeps,
  requestId: string,
  hash: string,
): Promise<Result<readonly string[]>> | null {
  const seen = ledger.pending.requests.get(requestId);
  if (seen === undefined) return null;
  if (seen.sha256 !== hash) return Promise.resolve(usedBefore(requestId));
  const { failure, batch } = seen;
  const found = (): Result<readonly string[]> =>
    failure === null ? ok(batch?.agent_ids ?? []) : { ok: false, failure };
  return ledger.current.requests.has(requestId) ? Promise.resolve(found()) : ledger.whenDurable().then(found);
}

async function answerAgain(
  deps: DeployDeps,
  call: BatchCall,
  earlier: Result<readonly string[]>,
): Promise<Result<Performed<BatchAnswer>>> {
  if (!earlier.ok) return earlier;
  const { ledger } = deps;
  if (!earlier.value.every((id) => mayReach(ledger.current, call.by, id))) return usedBefore(call.request.request_id);
  return answer(deps, call, earlier.value, true);
}

/** What one member becomes: the agent that its own request_id started before, or a new one. */
type Verdict = { readonly request: DeployRequest; readonly hash: string } & (
  { readonly is: 'known'; readonly agentId: string } | { readonly is: 'new'; readonly placed: Placed }
);

/** On everything that is decided by now; the first member that cannot be is named. */
function judge(deps: DeployDeps, by: Principal, members: readonly DeployRequest[]): Result<readonly Verdict[]> {
  const { ledger, config, scheduler } = deps;
  let seen: Fleet = ledger.pending;
  const verdicts: Verdict[] = [];
  for (const [index, request] of members.entries()) {
    const verdict = judgeOne(seen, deps, by, request);
    if (!verdict.ok) return { ok: false, failure: ofMember(index, verdict.failure) };
    verdicts.push(verdict.value);
    // The next may name the same outside parent, whose level the first has settled.
    seen = externalsOf([verdict.value], '').reduce((now, event) => fold(now, { seq: now.seq + 1, event }), seen);
  }
  const newOnes = verdicts.filter(({ is }) => is === 'new').length;
  const quota = newOnes === 0 ? ok(undefined) : checkQuota(ledger.pending, by, config.limits, newOnes);
  if (!quota.ok) return quota;
  const newcomers = verdicts.flatMap((one) => (one.is === 'new' ? [candidateOf(one, config)] : []));
  const found = (): SlotsFound => scheduler.wouldStart(newcomers);
  const room = newOnes === 0 ? ok(undefined) : checkQueueFor(newOnes, ledger.pending, found, config.limits);
  if (!room.ok) return room;
  const over = overBudget(deps, seen, by, verdicts);
  return over === null ? balanced(ledger.pending, config, verdicts) : { ok: false, failure: over };
}

const candidateOf = (
  { request, placed }: Extract<Verdict, { readonly is: 'new' }>,
  { default_runtime }: DeployDeps['config'],
): Candidate => ({
  level: placed.level,
  parent_agent: placed.parent,
  runtime: request.config.runtime ?? default_runtime,
});

/** Judged as a whole: those that were there before are in the fleet. */
function balanced(
  fleet: Fleet,
  { balance: rules }: DeployDeps['config'],
  verdicts: readonly Verdict[],
): Result<readonly Verdict[]> {
  const newcomers = verdicts.map((one) =>
    one.is === 'new' ? { request: one.request, parent: one.placed.parent } : null,
  );
  const joining = newcomers.filter((one) => one !== null);
  const notes = checkBalance(fleet, joining, rules);
  if (!notes.ok) return notes;
  return ok(
    verdicts.map((one, index) => {
      const newcomer = newcomers[index];
      if (one.is !== 'new' || newcomer === undefined || newcomer === null) return one;
      const note = notes.value[joining.indexOf(newcomer)] ?? null;
      return { ...one, placed: { ...one.placed, balance: note } };
    }),
  );
}

/** Each is judged with what those before it take. */
function overBudget({ budgets }: DeployDeps, seen: Fleet, by: Principal, verdicts: readonly Verdict[]): Failure | null {
  const newOnes = verdicts.flatMap((one, index) => (one.is === 'new' ? [{ index, one }] : []));
  const claims = newOnes.map(({ one: { placed, request } }) => ({
    parent: placed.parent,
    budget: request.budget ?? null,
    maxCost: request.config.max_cost_usd,
  }));
  const over = budgets.check(seen, claims, by);
  return over === null ? null : ofMember(newOnes[over.index]?.index ?? 0, over.failure);
}

function judgeOne(seen: Fleet, { config }: DeployDeps, by: Principal, request: DeployRequest): Result<Verdict> {
  const hash = requestHash(request);
  const earlier = seen.requests.get(request.request_id);
  if (earlier !== undefined) {
    if (earlier.sha256 !== hash) return usedBefore(request.request_id);
    if (earlier.failure !== null) return { ok: false, failure: earlier.failure };
    const agentId = earlier.agent_id ?? '';
    return mayReach(seen, by, agentId) ? ok({ request, hash, is: 'known', agentId }) : usedBefore(request.request_id);
  }
  const parent = parentFor(seen, by, request.parent_agent);
  if (!parent.ok) return parent;
  const placed = checkHierarchy(seen, request.agent_type, parent.value, config.limits.max_depth);
  return placed.ok
    ? ok({ request, hash, is: 'new', placed: { ...placed.value, parent: parent.value, balance: null } })
    : placed;
}

const ofMember = (index: number, { code, message, details }: Failure): Failure =>
  failureOf(code, `agents.${index}: ${message}`, { ...details, index });

/** By request_id. Where one cannot be, what was made for the others is gone again. */
async function prepareAll(
  deps: DeployDeps,
  members: readonly DeployRequest[],
  verdicts: readonly Verdict[],
): Promise<Result<ReadonlyMap<string, Prepared>>> {
  const inlineBytes = Math.min(inlineLimitBytes, Math.floor(inlineLimitOfAllBytes / members.length));
  const allowance = new PromptAllowance(mostBytesOfAll);
  const ready = new Map<string, Prepared>();
  const failures = new Map<number, Failure>();
  const thrown: unknown[] = [];
  const left = verdicts.entries();
  const takeOneByOne = async (): Promise<void> => {
    for (const [index, { is, request }] of left) {
      if (failures.size + thrown.length > 0) return; // The first that cannot be was taken before this one.
      if (is === 'known') continue;
      const one = await prepare(deps, request, { inlineBytes, allowance });
      if (one.ok) ready.set(request.request_id, one.value);
      else failures.set(index, ofMember(index, one.failure));
    }
  };
  const workers = Array.from({ length: preparedAtOnce }, () =>
    takeOneByOne().catch((error: unknown) => void thrown.push(error)),
  );
  await Promise.all(workers);
  const [first] = [...failures].sort(([a], [b]) => a - b);
  if (first === undefined && thrown.length === 0) return ok(ready);
  for (const { prompt } of ready.values()) prompt.discard();
  if (first === undefined) throw thrown[0];
  return { ok: false, failure: first[1] };
}

async function accept(
  deps: DeployDeps,
  call: BatchCall,
  hash: string,
  verdicts: readonly Verdict[],
  prepared: ReadonlyMap<string, Prepared>,
): Promise<Result<Performed<BatchAnswer>>> {
  const { ledger, scheduler, clock } = deps;
  const at = clock.now();
  const born = bornOf(deps, call, verdicts, prepared, at);
  const newOnes = new Map(born.map(({ facts }) => [facts.request_id, facts.agent_id]));
  for (const [id, { prompt }] of prepared) if (!newOnes.has(id)) prompt.discard();
  const agentIds = verdicts.map((one) =>
    one.is === 'known' ? one.agentId : (newOnes.get(one.request.request_id) ?? ''),
  );
  const accepted: ZiggieEvent = {
    type: 'batch_accepted',
    at,
    request_id: call.request.request_id,
    request_sha256: hash,
    accepted: born.map(({ request_sha256, facts, prepared: { prompt } }) => ({
      request_sha256,
      facts,
      prompt: prompt.inline,
    })),
    agent_ids: agentIds,
    door: call.door,
  };
  try {
    placePrompts(deps, born);
    await ledger.commit([...externalsOf(verdicts, at), accepted]);
  } catch (error) {
    for (const {
      facts,
      prepared: { prompt },
    } of born)
      undoAcceptance(deps, facts.agent_id, prompt, error);
    throw error;
  }
  call.onDurable(agentIds);
  scheduler.enqueueAll(born.map(({ facts }) => facts));
  return answer(deps, call, agentIds, false);
}

interface Born {
  readonly request_sha256: string;
  readonly facts: AgentFacts;
  readonly prepared: Prepared;
}

function bornOf(
  deps: DeployDeps,
  { door }: BatchCall,
  verdicts: readonly Verdict[],
  prepared: ReadonlyMap<string, Prepared>,
  now: string,
): Born[] {
  const born: Born[] = [];
  for (const one of verdicts) {
    const ready = prepared.get(one.request.request_id);
    if (one.is === 'known' || ready === undefined) continue;
    const birth = { ordinal: deps.ledger.pending.accepted + born.length + 1, now, door };
    const facts = factsOf(deps, one.request, ready, one.placed, birth);
    born.push({ request_sha256: one.hash, facts, prepared: ready });
  }
  return born;
}

function externalsOf(verdicts: readonly Verdict[], at: string): ZiggieEvent[] {
  return verdicts.flatMap((one) => {
    const external = one.is === 'new' ? one.placed.newExternal : null;
    return external === null
      ? []
      : [{ type: 'external_seen', at, agent_id: external.agentId, level: external.level } as const];
  });
}

/** With one wait for the disk, however many there are: nothing else happens meanwhile. */
function placePrompts({ layout, scheduler, prompts }: DeployDeps, born: readonly Born[]): void {
  let isSynced = true;
  for (const {
    facts: { agent_id },
    prepared: { prompt },
  } of born) {
    if (prompt.inline !== null && scheduler.isCrowded && prompts.hold(agent_id, prompt.inline)) continue;
    if (prompt.placeUnsynced(layout.runFolder(agent_id), layout.promptFile(agent_id))) isSynced = false;
  }
  if (!isSynced) syncFolder(layout.runs);
}

/** Each as it is once it has begun, never will, or is known to wait. All of them were accepted, whatever became of one. */
async function answer(
  { ledger, lives, record }: DeployDeps,
  { wait }: BatchCall,
  agentIds: readonly string[],
  replayed: boolean,
): Promise<Result<Performed<BatchAnswer>>> {
  const forgotten = agentIds.find((id) => !ledger.current.agents.has(id));
  if (forgotten !== undefined) {
    return fail(
      'UNKNOWN_AGENT',
      `${forgotten} of this batch ended longer ago than retention_days and is forgotten. List the agents to see which are left.`,
      { agent_id: forgotten },
    );
  }
  const agents = await Promise.all(agentIds.map((id) => lives.when(id, (agent) => isAnswerable(agent, wait))));
  return ok({ answer: { agents: agents.map(record) }, replayed });
}
