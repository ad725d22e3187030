/** deploy: from a request to an agent that is durable, and started as soon as a slot is free. */
import type { Agent, AgentFacts } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { type Failure, failureOf, isRetryable, ok, type Result } from '../../../protocol/failures.ts';
import { nextToStart } from '../../../protocol/next-to-start.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { DeployRequest } from '../../../protocol/request.ts';
import { checkBalance } from '../admission/balance.ts';
import type { Budgets } from '../admission/budgets.ts';
import { checkHierarchy } from '../admission/hierarchy.ts';
import { checkQueue, checkQuota } from '../admission/queue-room.ts';
import type { Scheduler } from '../admission/scheduler.ts';
import type { Clock } from '../clock.ts';
import type { LifeWatch } from '../events/life-watch.ts';
import type { DeployAnswer, Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { forgetOldRefusals } from './old-refusals.ts';
import { factsOf, type Placed, prepare, type Prepared, type PrepareDeps } from './prepare.ts';
import { usedBefore } from './repeats.ts';
import { requestHash } from './request-hash.ts';
import { mayReach, parentFor } from './rights.ts';
import { undoAcceptance } from './undo-acceptance.ts';
import type { WaitingPrompts } from './waiting-prompts.ts';

export interface DeployDeps extends PrepareDeps {
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly lives: LifeWatch;
  readonly clock: Clock;
  readonly budgets: Budgets;
  readonly record: RecordOf;
  readonly prompts: WaitingPrompts;
}

export interface DeployCall {
  readonly request: DeployRequest;
  readonly by: Principal;
  readonly door: AgentFacts['door'];
  readonly wait: 'admission' | 'start';
  /** Called once the request is in the journal: from now on it will be carried out, whatever happens. */
  readonly onDurable: (agentId: string) => void;
}

export async function deploy(deps: DeployDeps, call: DeployCall): Promise<Result<DeployAnswer>> {
  const { request } = call;
  const hash = requestHash(request);
  const seen = earlierAnswer(deps, request.request_id, hash);
  if (seen !== null) return answerAgain(deps, call, await seen);
  const prepared = await prepare(deps, request);
  // Another door may have taken the same request meanwhile; from here to the commit nothing waits.
  const seenMeanwhile = earlierAnswer(deps, request.request_id, hash);
  if (seenMeanwhile !== null) {
    if (prepared.ok) prepared.value.prompt.discard();
    return answerAgain(deps, call, await seenMeanwhile);
  }
  if (!prepared.ok) return refuse(deps, request.request_id, hash, prepared.failure);
  const placed = place(deps, call);
  if (!placed.ok) {
    prepared.value.prompt.discard();
    return refuse(deps, request.request_id, hash, placed.failure);
  }
  return accept(deps, call, prepared.value, placed.value, hash);
}

/** null: never seen. Otherwise the agent it became, or the failure that stands. */
function earlierAnswer({ ledger, lives }: DeployDeps, requestId: string, hash: string): Promise<Result<Agent>> | null {
  const seen = ledger.pending.requests.get(requestId);
  if (seen === undefined) return null;
  if (seen.sha256 !== hash) {
    return Promise.resolve(usedBefore(requestId));
  }
  const { failure, agent_id } = seen;
  const found = async (): Promise<Result<Agent>> =>
    failure === null ? ok(await lives.when(agent_id ?? '', () => true)) : { ok: false, failure };
  // Taken a moment ago, perhaps not durable yet: the answer comes when it is. Where the disk refuses, both are refused.
  return ledger.current.requests.has(requestId) ? found() : ledger.whenDurable().then(found);
}

async function answerAgain(deps: DeployDeps, call: DeployCall, earlier: Result<Agent>): Promise<Result<DeployAnswer>> {
  if (!earlier.ok) return earlier;
  const { agent_id } = earlier.value.facts;
  // Of agents that are not the caller's nobody learns by guessing a request_id.
  if (!mayReach(deps.ledger.current, call.by, agent_id)) return usedBefore(call.request.request_id);
  return answer(deps, call, agent_id, true);
}

function place({ ledger, config, budgets, scheduler }: DeployDeps, { request, by }: DeployCall): Result<Placed> {
  const fleet = ledger.pending;
  const parent = parentFor(fleet, by, request.parent_agent);
  if (!parent.ok) return parent;
  const placed = checkHierarchy(fleet, request.agent_type, parent.value, config.limits.max_depth);
  if (!placed.ok) return placed;
  const quota = checkQuota(fleet, by, config.limits);
  if (!quota.ok) return quota;
  const runtime = request.config.runtime ?? config.default_runtime;
  const newcomer = { level: placed.value.level, parent_agent: parent.value, runtime };
  const queue = checkQueue(fleet.counts.queued, config.limits, () => scheduler.startsAtOnce(newcomer));
  if (!queue.ok) return queue;
  const { budget = null, config: asked } = request;
  const over = budgets.check(fleet, [{ parent: parent.value, budget, maxCost: asked.max_cost_usd }], by);
  if (over !== null) return { ok: false, failure: over.failure };
  const balance = checkBalance(fleet, [{ request, parent: parent.value }], config.balance);
  return balance.ok ? ok({ ...placed.value, parent: parent.value, balance: balance.value[0] ?? null }) : balance;
}

async function accept(
  deps: DeployDeps,
  call: DeployCall,
  prepared: Prepared,
  placed: Placed,
  hash: string,
): Promise<Result<DeployAnswer>> {
  const birth = { ordinal: deps.ledger.pending.accepted + 1, now: deps.clock.now(), door: call.door };
  const facts = factsOf(deps, call.request, prepared, placed, birth);
  try {
    const { isStarting, durable } = admit(deps, facts, prepared, placed, hash);
    await durable;
    call.onDurable(facts.agent_id);
    if (!isStarting) deps.scheduler.enqueue(facts);
  } catch (error) {
    undoAcceptance(deps, facts.agent_id, prepared.prompt, error);
    throw error;
  }
  return answer(deps, call, facts.agent_id, false);
}

/** The one step that accepts a request: nothing in it waits. */
function admit(
  { ledger, scheduler, layout, prompts }: DeployDeps,
  facts: AgentFacts,
  prepared: Prepared,
  placed: Placed,
  hash: string,
): { readonly isStarting: boolean; readonly durable: Promise<void> } {
  const at = facts.accepted_at;
  const external: ZiggieEvent[] =
    placed.newExternal === null
      ? []
      : [{ type: 'external_seen', at, agent_id: placed.newExternal.agentId, level: placed.newExternal.level }];
  const { inline } = prepared.prompt;
  // Where somebody waits it will most likely wait, too. What starts now is refused here if the disk refuses its prompt.
  const isLeft = inline !== null && scheduler.isCrowded && prompts.hold(facts.agent_id, inline);
  if (!isLeft) prepared.prompt.place(layout.runFolder(facts.agent_id), layout.promptFile(facts.agent_id));
  const { events, ticket } = scheduler.admit(facts, prepared.program);
  const accepted = { type: 'agent_accepted', at, request_sha256: hash, facts, prompt: prepared.prompt.inline } as const;
  const durable = ledger.commit([...external, accepted, ...events]);
  if (ticket !== null) scheduler.start(facts.agent_id, ticket, durable);
  return { isStarting: ticket !== null, durable };
}

/** Refusals that would stay the same are kept, so that the same request_id gets the same answer for ever. */
export async function refuse(
  { ledger, clock }: Pick<DeployDeps, 'ledger' | 'clock'>,
  requestId: string,
  hash: string,
  failure: Failure,
): Promise<Result<never>> {
  if (!isRetryable(failure)) {
    const at = clock.now();
    await ledger.commit([
      { type: 'request_refused', at, request_id: requestId, request_sha256: hash, failure },
      ...forgetOldRefusals(ledger.pending, at),
    ]);
  }
  return { ok: false, failure };
}

async function answer(
  { lives, record }: DeployDeps,
  { wait }: DeployCall,
  agentId: string,
  replayed: boolean,
): Promise<Result<DeployAnswer>> {
  const agent = await lives.when(agentId, (now) => isAnswerable(now, wait));
  if (agent.life.status === 'never_began') return { ok: false, failure: agent.life.failure };
  return ok({ record: record(agent), replayed });
}

/** It has begun or never will, or, where admission is enough, it is known for what it waits. */
export function isAnswerable({ life }: Agent, wait: DeployCall['wait']): boolean {
  if (life.status === 'queued') {
    return wait === 'admission' && (life.reason !== nextToStart || life.hold !== undefined);
  }
  return life.status !== 'starting';
}

export const storageFailure = (error: unknown): Failure =>
  failureOf(
    'STORAGE_UNAVAILABLE',
    `The request could not be made durable: ${error instanceof Error ? error.message : String(error)}. Nothing was started; free or mend the disk, then ask again with the same request_id.`,
  );
