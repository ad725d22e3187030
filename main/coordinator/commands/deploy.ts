/** deploy: from a request to an agent that is durable, and started as soon as a slot is free. */
import type { Agent, AgentFacts } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { type Failure, fail, failureOf, isRetryable, ok, type Result } from '../../../protocol/failures.ts';
import { nextToStart } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { type DeployRequest, deployConfigSchema, deployRequestSchema } from '../../../protocol/request.ts';
import { checkHierarchy, type Place } from '../admission/hierarchy.ts';
import { checkQueue } from '../admission/limits.ts';
import { loadPrompt } from '../admission/prompt.ts';
import type { Scheduler } from '../admission/scheduler.ts';
import { resolveWorkingFolder } from '../admission/working-folder.ts';
import type { Clock } from '../clock.ts';
import type { LifeWatch } from '../events/life-watch.ts';
import type { DeployAnswer, Principal } from '../facade.ts';
import { JournalError } from '../ledger/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Layout } from '../root/layout.ts';
import type { Runtimes } from '../runtimes/registry.ts';
import type { Program, Runtime } from '../runtimes/runtime.ts';
import { removeRunFolder, type StoredPrompt, storePrompt } from './stored-prompt.ts';
import { requestHash } from './request-hash.ts';
import { parentFor } from './rights.ts';

export interface DeployDeps {
  readonly layout: Layout;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly lives: LifeWatch;
  readonly runtimes: Runtimes;
  readonly clock: Clock;
}

export interface DeployCall {
  readonly request: DeployRequest;
  readonly by: Principal;
  readonly door: AgentFacts['door'];
  readonly wait: 'admission' | 'start';
  /** Called once the request is in the journal: from now on it will be carried out, whatever happens. */
  readonly onDurable: (agentId: string) => void;
}

/** Everything that had to be looked up outside before the decision, which is then made in one go. */
interface Prepared {
  readonly runtimeName: string;
  readonly runtime: Runtime;
  readonly program: Program;
  readonly prompt: StoredPrompt;
  readonly cwd: string;
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
    return Promise.resolve(
      fail(
        'DUPLICATE_REQUEST_MISMATCH',
        `request_id ${requestId} was used before for a different request. Use a new request_id for a new request.`,
        {
          request_id: requestId,
        },
      ),
    );
  }
  const { failure, agent_id } = seen;
  const found = async (): Promise<Result<Agent>> =>
    failure === null ? ok(await lives.when(agent_id ?? '', () => true)) : { ok: false, failure };
  // Taken a moment ago, perhaps not durable yet: the answer comes when it is. Where the disk refuses, both are refused.
  return ledger.current.requests.has(requestId) ? found() : ledger.whenDurable().then(found);
}

async function answerAgain(deps: DeployDeps, call: DeployCall, earlier: Result<Agent>): Promise<Result<DeployAnswer>> {
  return earlier.ok ? answer(deps, call, earlier.value.facts.agent_id, true) : earlier;
}

async function prepare(
  { runtimes, config, layout }: DeployDeps,
  { config: asked }: DeployRequest,
): Promise<Result<Prepared>> {
  const runtimeName = asked.runtime ?? config.default_runtime;
  const runtime = runtimes.get(runtimeName);
  if (!runtime.ok) return runtime;
  const [program, prompt, cwd] = await Promise.all([
    runtime.value.locate(),
    loadPrompt(asked, layout.root, config.allowed_roots),
    resolveWorkingFolder(asked.cwd, layout.root, config.allowed_roots),
  ]);
  if (!program.ok) return program;
  if (!prompt.ok) return prompt;
  if (!cwd.ok) return cwd;
  const stored = await storePrompt(runtime.value.preparePrompt(prompt.value), layout.runs);
  return ok({ runtimeName, runtime: runtime.value, program: program.value, prompt: stored, cwd: cwd.value });
}

function place(
  { ledger, config }: DeployDeps,
  { request, by }: DeployCall,
): Result<Place & { readonly parent: string | null }> {
  const fleet = ledger.pending;
  const parent = parentFor(fleet, by, request.parent_agent);
  if (!parent.ok) return parent;
  const placed = checkHierarchy(fleet, request.agent_type, parent.value, config.limits.max_depth);
  if (!placed.ok) return placed;
  const queue = checkQueue(fleet.counts.queued, config.limits);
  return queue.ok ? ok({ ...placed.value, parent: parent.value }) : queue;
}

async function accept(
  deps: DeployDeps,
  call: DeployCall,
  prepared: Prepared,
  placed: Place & { readonly parent: string | null },
  hash: string,
): Promise<Result<DeployAnswer>> {
  const facts = factsOf(deps, call, prepared, placed);
  try {
    const { isStarting, durable } = admit(deps, facts, prepared, placed, hash);
    await durable;
    call.onDurable(facts.agent_id);
    if (!isStarting) deps.scheduler.enqueue(facts);
  } catch (error) {
    undo(deps, facts, prepared, error);
    throw error;
  }
  return answer(deps, call, facts.agent_id, false);
}

/** The one step that accepts a request: nothing in it waits. */
function admit(
  { ledger, scheduler, layout, clock }: DeployDeps,
  facts: AgentFacts,
  prepared: Prepared,
  placed: Place,
  hash: string,
): { readonly isStarting: boolean; readonly durable: Promise<void> } {
  const at = clock.now();
  const external: ZiggieEvent[] =
    placed.newExternal === null
      ? []
      : [{ type: 'external_seen', at, agent_id: placed.newExternal.agentId, level: placed.newExternal.level }];
  prepared.prompt.place(layout.runFolder(facts.agent_id), layout.promptFile(facts.agent_id));
  const { events, ticket } = scheduler.admit(facts, prepared.program);
  const accepted = { type: 'agent_accepted', at, request_sha256: hash, facts, prompt: prepared.prompt.inline } as const;
  const durable = ledger.commit([...external, accepted, ...events]);
  if (ticket !== null) scheduler.start(facts.agent_id, ticket, durable);
  return { isStarting: ticket !== null, durable };
}

/**
 * An acceptance that failed leaves no files: on a full disk their room is what the next one needs. They stay where there is
 * such an agent (its number was given again meanwhile), and where the next start may find the acceptance in the journal.
 */
function undo({ ledger, layout }: DeployDeps, facts: AgentFacts, { prompt }: Prepared, error: unknown): void {
  prompt.discard();
  if (error instanceof JournalError && error.mayBeFound) return;
  if (!ledger.pending.agents.has(facts.agent_id)) removeRunFolder(layout.runFolder(facts.agent_id));
}

function factsOf(
  { ledger, layout, config, clock }: DeployDeps,
  { request, door }: DeployCall,
  prepared: Prepared,
  placed: Place & { readonly parent: string | null },
): AgentFacts {
  const ordinal = ledger.pending.accepted + 1;
  const now = clock.now();
  const agentId = `agent_${now.slice(0, 10).replaceAll('-', '')}_${now.slice(11, 19).replaceAll(':', '')}_${ordinal}`;
  const asked = request.config;
  return {
    agent_id: agentId,
    ordinal,
    request_id: request.request_id,
    agent_type: request.agent_type,
    level: placed.level,
    name: request.name,
    parent_agent: placed.parent,
    runtime: prepared.runtimeName,
    runtime_kind: prepared.runtime.kind,
    model: asked.model,
    cwd: prepared.cwd,
    priority: request.priority,
    group: request.group,
    estimated_workload: request.estimated_workload,
    timeout: asked.timeout,
    max_runtime: asked.max_runtime,
    max_turns: asked.max_turns,
    max_cost_usd: asked.max_cost_usd,
    report_required: asked.report_required ?? config.report.required,
    restart: asked.restart ?? null,
    prompt_file: asked.prompt_file ?? layout.promptFile(agentId),
    prompt_sha256: prepared.prompt.sha256,
    log_file: layout.logFile(agentId),
    completion_report: layout.reportFile(agentId),
    extra: unknownFields(request),
    accepted_at: now,
    door,
  };
}

/** What the schema does not know is kept and returned, `config`'s own under `config`. */
function unknownFields(request: DeployRequest): Record<string, unknown> {
  const without = (given: object, known: object): Record<string, unknown> =>
    Object.fromEntries(Object.entries(given).filter(([key]) => !Object.hasOwn(known, key)));
  const inConfig = without(request.config, deployConfigSchema.shape);
  return {
    ...without(request, deployRequestSchema.shape),
    ...(Object.keys(inConfig).length === 0 ? {} : { config: inConfig }),
  };
}

/** Refusals that would stay the same are kept, so that the same request_id gets the same answer for ever. */
async function refuse(
  { ledger, clock }: DeployDeps,
  requestId: string,
  hash: string,
  failure: Failure,
): Promise<Result<never>> {
  if (!isRetryable(failure)) {
    await ledger.commit([
      { type: 'request_refused', at: clock.now(), request_id: requestId, request_sha256: hash, failure },
    ]);
  }
  return { ok: false, failure };
}

async function answer(
  { lives }: DeployDeps,
  { wait }: DeployCall,
  agentId: string,
  replayed: boolean,
): Promise<Result<DeployAnswer>> {
  const agent = await lives.when(agentId, ({ life }) => {
    if (life.status === 'queued') return wait === 'admission' && life.reason !== nextToStart;
    return life.status !== 'starting';
  });
  if (agent.life.status === 'never_began') return { ok: false, failure: agent.life.failure };
  return ok({ record: agentRecord(agent), replayed });
}

export const storageFailure = (error: unknown): Failure =>
  failureOf(
    'STORAGE_UNAVAILABLE',
    `The request could not be made durable: ${error instanceof Error ? error.message : String(error)}. Nothing was started; free or mend the disk, then ask again with the same request_id.`,
  );
