/** What a deployment needs from outside (a program, a prompt, a folder), looked up before anything is decided; and the facts it ends in. */
import type { AgentFacts, BalanceNote } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import { type DeployRequest, deployConfigSchema, deployRequestSchema } from '../../../protocol/request.ts';
import type { Place } from '../admission/hierarchy.ts';
import { loadPrompt, type PromptAllowance } from '../admission/prompt.ts';
import { resolveWorkingFolder } from '../admission/working-folder.ts';
import type { Layout } from '../root/layout.ts';
import type { Runtimes } from '../runtimes/registry.ts';
import type { Program, Runtime } from '../runtimes/runtime.ts';
import { inlineLimitBytes, type StoredPrompt, storePrompt } from './stored-prompt.ts';

export interface PrepareDeps {
  readonly layout: Layout;
  readonly config: Config;
  readonly runtimes: Runtimes;
}

/** Everything that had to be looked up outside before the decision, which is then made in one go. */
export interface Prepared {
  readonly runtimeName: string;
  readonly runtime: Runtime;
  readonly program: Program;
  readonly prompt: StoredPrompt;
  readonly cwd: string;
}

/** A place in the tree, with the parent that the caller may deploy under. */
export type Placed = Place & {
  readonly parent: string | null;
  /** null: it shares its work with nobody. */
  readonly balance: BalanceNote | null;
};

export interface PromptBounds {
  readonly inlineBytes?: number;
  /** Of all that are prepared together; absent: a prompt has its own bound alone. */
  readonly allowance?: PromptAllowance;
}

/** A prompt longer than `inlineBytes` is a durable file when this settles: whoever refuses afterwards has to `discard` it. */
export async function prepare(
  { runtimes, config, layout }: PrepareDeps,
  { config: asked }: Pick<DeployRequest, 'config'>,
  { inlineBytes = inlineLimitBytes, allowance }: PromptBounds = {},
): Promise<Result<Prepared>> {
  const runtimeName = asked.runtime ?? config.default_runtime;
  const runtime = runtimes.get(runtimeName);
  if (!runtime.ok) return runtime;
  const [program, prompt, cwd] = await Promise.all([
    runtime.value.locate(),
    loadPrompt(asked, layout.root, config.allowed_roots, allowance),
    resolveWorkingFolder(asked.cwd, layout.root, config.allowed_roots),
  ]);
  if (!program.ok) return program;
  if (!prompt.ok) return prompt;
  if (!cwd.ok) return cwd;
  const stored = await storePrompt(runtime.value.preparePrompt(prompt.value), layout.runs, inlineBytes);
  return ok({ runtimeName, runtime: runtime.value, program: program.value, prompt: stored, cwd: cwd.value });
}

/** Which agent it becomes: the `ordinal`-th of this root, accepted `now` (ISO 8601 UTC). */
export interface Birth {
  readonly ordinal: number;
  readonly now: string;
  readonly door: AgentFacts['door'];
}

export function factsOf(
  { layout, config }: Pick<PrepareDeps, 'layout' | 'config'>,
  request: DeployRequest,
  prepared: Prepared,
  placed: Placed,
  { ordinal, now, door }: Birth,
): AgentFacts {
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
    ...(placed.balance === null ? {} : { balance: placed.balance }),
    timeout: asked.timeout,
    max_runtime: asked.max_runtime,
    max_turns: asked.max_turns,
    max_cost_usd: asked.max_cost_usd,
    report_required: asked.report_required ?? config.report.required,
    ...(request.budget === null || request.budget === undefined ? {} : { budget: request.budget }),
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
