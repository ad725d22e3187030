/** From the options of `ziggie deploy` to the request. */
import type { ClientResult, DeployInput } from '../../clients/typescript/client.ts';
import type { Environment } from '../../clients/typescript/discover.ts';
import type { Budget, OnExceeded } from '../../protocol/budget.ts';
import { levelOf } from '../../protocol/names.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { type CliResult, usage } from './failure.ts';
import type { Prompt } from './prompt-source.ts';

export interface DeployOptions {
  readonly type?: string;
  readonly parent?: string;
  readonly name?: string;
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly runtime?: string;
  readonly model?: string;
  readonly workload?: number;
  readonly group?: string;
  readonly groupSize?: number;
  readonly cwd?: string;
  readonly timeout?: number;
  readonly maxRuntime?: number;
  readonly maxTurns?: number;
  readonly maxCost?: number;
  readonly budget?: Partial<Budget>;
  readonly onExceeded?: OnExceeded;
  readonly exactBudget?: true;
  /** true unless `--no-report` was given. */
  readonly report: boolean;
  readonly priority?: number;
  readonly requestId?: string;
  readonly wait?: boolean;
}

export interface Parents {
  /** The id of the parent that `--parent` names. */
  readonly resolve: (given: string) => Promise<CliResult<string>>;
  /** Asked for the parent when the type has to be worked out from it. */
  readonly get: (agentId: string) => Promise<ClientResult<AgentRecord>>;
}

export async function deployInput(
  options: DeployOptions,
  prompt: Prompt,
  env: Environment,
  parents: Parents,
): Promise<CliResult<DeployInput>> {
  if (options.groupSize !== undefined && options.group === undefined) {
    return usage('--group-size says how large a group is; name the group with --group ID.');
  }
  if ((options.onExceeded ?? options.exactBudget) !== undefined && options.budget === undefined) {
    return usage('--on-exceeded and --exact-budget say how limits bind; name the limits with --budget cost_usd=1.');
  }
  const own = env['ZIGGIE_AGENT_ID'] || null;
  const named = options.parent === undefined ? null : await parents.resolve(options.parent);
  if (named?.ok === false) return named;
  const parent = named === null ? own : named.value;
  const ownType = parent === own ? env['ZIGGIE_AGENT_TYPE'] : undefined;
  const type = options.type ?? (await typeBelow(parent, ownType, parents.get));
  if (type === null) {
    return usage(
      `The type of a child of ${parent ?? ''} cannot be worked out: no such agent is known here. Give --type.`,
    );
  }
  const group = options.group === undefined ? undefined : { id: options.group, size: options.groupSize ?? null };
  return {
    ok: true,
    value: {
      agent_type: type,
      parent_agent: parent,
      ...given('request_id', options.requestId),
      ...given('name', options.name),
      ...given('estimated_workload', options.workload),
      ...given('group', group),
      ...given('budget', budgetOf(options)),
      ...given('priority', options.priority),
      config: { ...prompt, ...configOf(options) },
    },
  };
}

function budgetOf({ budget, onExceeded, exactBudget }: DeployOptions): Partial<Budget> | undefined {
  return budget === undefined
    ? undefined
    : { ...budget, ...given('on_exceeded', onExceeded), ...given('exact', exactBudget) };
}

function configOf(options: DeployOptions) {
  return {
    ...given('runtime', options.runtime),
    ...given('model', options.model),
    ...given('cwd', options.cwd),
    ...given('timeout', options.timeout),
    ...given('max_runtime', options.maxRuntime),
    ...given('max_turns', options.maxTurns),
    ...given('max_cost_usd', options.maxCost),
    ...(options.report ? {} : { report_required: false }),
  };
}

/** `{name: value}`, or nothing where the coordinator's default is meant. */
function given<Name extends string, Value>(name: Name, value: Value | undefined): { [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
}

/** One level below the parent, without a place among its siblings; null when nothing is known of the parent. */
async function typeBelow(
  parent: string | null,
  parentType: string | undefined,
  get: Parents['get'],
): Promise<string | null> {
  if (parent === null) return 'L1';
  if (parentType !== undefined) return `L${levelOf(parentType) + 1}`;
  const record = await get(parent);
  return record.ok ? `L${record.value.level + 1}` : null;
}
