/**
 * The arguments that tools advertise, taken from the schemas of the wire. What may be left out is optional here, without
 * the null that the wire also takes: models fill in fewer fields that way, and the wire's schema decides in any case.
 */
import { z } from 'zod';
import { budgetSchema } from '../../protocol/budget.ts';
import { deployConfigSchema, deployRequestSchema } from '../../protocol/request.ts';

/** What is inside defaults and nulls, to be left out at will. */
export function optional(schema: z.ZodType, description: string): z.ZodType {
  return inner(schema).optional().describe(description);
}

export const required = (schema: z.ZodType, description: string): z.ZodType => inner(schema).describe(description);

function inner(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return inner(schema.unwrap() as z.ZodType);
  }
  return schema;
}

const request = deployRequestSchema.shape;
const config = deployConfigSchema.shape;
const budgetFields = budgetSchema.shape;

/** One agent to deploy, flat: `config` of the wire is filled from its fields. */
export const deployFields = {
  prompt: optional(
    config.prompt,
    'The whole task. The agent knows nothing but this text: name files, limits and what its report must say. Give prompt or prompt_file.',
  ),
  agent_type: required(
    request.agent_type,
    'Its level and place: your children are one level below you. Under an L1: L2.1, L2.2, ...; under L2.1: L3.1.1, L3.1.2, ...',
  ),
  name: optional(request.name, 'A few words for people, one line.'),
  model: optional(config.model, 'Model name or alias for its runtime (haiku, sonnet, ...). Leave out for the default.'),
  runtime: optional(config.runtime, 'Which configured agent program runs it. Leave out for the default.'),
  estimated_workload: optional(
    request.estimated_workload,
    'Its share of the work of its group, above 0 to 1. With three or more agents no share may exceed 0.4, and the largest must be less than twice the smallest (plan_workload helps).',
  ),
  group: z
    .object({
      id: z.string().min(1).max(128).describe('The same for all agents of one plan.'),
      size: z.number().int().min(1).max(10_000).optional().describe('How many agents the plan has.'),
    })
    .optional()
    .describe('The plan this agent belongs to; its shares are checked together.'),
  prompt_file: optional(
    config.prompt_file,
    "Path of a file with the prompt, relative to the coordinator's root folder.",
  ),
  cwd: optional(config.cwd, 'Working folder, absolute. Leave out for the default.'),
  parent_agent: optional(request.parent_agent, 'Leave out to deploy under yourself, else an agent below you.'),
  priority: optional(request.priority, 'Place in the queue: 0 first to 9 last; 5 when left out.'),
  timeout: optional(
    config.timeout,
    'Seconds it may wait in the queue before it is given up; 600 when left out, 0 for ever.',
  ),
  max_runtime: optional(config.max_runtime, 'Seconds of running after which it is stopped; 0 or left out: no limit.'),
  max_turns: optional(config.max_turns, 'Most turns of its model; 0 or left out: no limit.'),
  max_cost_usd: optional(config.max_cost_usd, 'Most US dollars it may cost; 0 or left out: no limit.'),
  budget: z
    .object({
      cost_usd: optional(budgetFields.cost_usd, 'US dollars.'),
      tokens: optional(budgetFields.tokens, 'Tokens, all kinds together.'),
      agents: optional(budgetFields.agents, 'Agents, itself included.'),
      minutes: optional(budgetFields.minutes, 'Running minutes of all its agents together.'),
      exact: optional(budgetFields.exact, 'true: each agent below it must ask for a part of its cost_usd and tokens.'),
      on_exceeded: optional(
        budgetFields.on_exceeded,
        'refuse: nothing new is started then; stop: what runs is stopped.',
      ),
    })
    .optional()
    .describe(
      'What it and all below it may spend, at most what you have left (agent_status tells). Left out: it shares yours.',
    ),
  report_required: optional(config.report_required, 'false: it need not write a completion report.'),
  restart: z.enum(['never', 'on_failure']).optional().describe('What is done when it fails; left out: nothing.'),
} as const;

/** Makes a call that is sent twice one request. Clients that name their calls need not give it. */
export const requestIdField = optional(
  request.request_id,
  'Leave out. Only to repeat a call whose answer was lost: the same id with the same arguments deploys nothing twice.',
);

const configNames = Object.keys(config);

/** The wire's shape of flat fields. What is neither of the two stays where it is and is kept, as through every door. */
export function deployRequest(flat: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(flat).filter(([, value]) => value !== null);
  const inConfig = given.filter(([name]) => configNames.includes(name));
  const outside = given.filter(([name]) => !configNames.includes(name));
  const { config: whole, ...rest } = Object.fromEntries(outside);
  if (whole !== undefined && !isObject(whole)) return { ...rest, config: whole };
  return { ...rest, config: { ...whole, ...Object.fromEntries(inConfig) } };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
