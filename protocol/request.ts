/** Asking for agents, through every door: the file body, the HTTP body and the tool arguments are this object. */
import { z } from 'zod';
import { restartPolicySchema } from './agent.ts';
import { budgetSchema } from './budget.ts';
import { envelope, nullableDefault } from './envelope.ts';
import { agentIdSchema, agentTypeSchema, displayNameSchema, requestIdSchema } from './names.ts';
import { agentRecordSchema } from './record.ts';

/** Seconds, or 0 for none; a year is the most that makes sense and keeps timers in range. */
const secondsSchema = z.number().min(0).max(31_536_000);

/** The policy alone, or with its numbers. `on-failure` is the same word as `on_failure`. */
const restartSchema = z.preprocess(
  (given) => {
    const policy = given === 'never' || given === 'on_failure' || given === 'on-failure' ? { policy: given } : given;
    if (typeof policy !== 'object' || policy === null || !('policy' in policy)) return policy;
    return policy.policy === 'on-failure' ? { ...policy, policy: 'on_failure' } : policy;
  },
  z.strictObject(restartPolicySchema.shape, {
    error: ({ code }) => (code === 'invalid_type' ? 'must be never, on_failure or an object with a policy' : undefined),
  }),
);

/** `config` of a deploy request. Unknown fields are kept. */
export const deployConfigSchema = z.looseObject({
  /** Relative to the root, or absolute below a folder that `allowed_roots` names. */
  prompt_file: nullableDefault(z.string().min(1).max(4096)),
  prompt: nullableDefault(z.string().min(1).max(1_000_000)),
  model: nullableDefault(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/[\]@-]{0,127}$/, 'must be a model name or alias')),
  /** An entry of `runtimes` in config.json; null takes `default_runtime`. */
  runtime: nullableDefault(z.string().min(1).max(64)),
  /** Working folder; null takes the root folder. Below the root or an `allowed_roots` folder. */
  cwd: nullableDefault(z.string().min(1).max(4096)),
  /** Seconds the requester waits; still unstarted then, it is answered DEPLOYMENT_TIMEOUT and never started. 0 waits for ever. */
  timeout: secondsSchema.default(600),
  /** Seconds of running after which the agent is stopped as `timed_out`; 0 is none. */
  max_runtime: secondsSchema.default(0),
  max_turns: z.number().int().min(0).max(100_000).default(0),
  max_cost_usd: z.number().min(0).max(1_000_000).default(0),
  /** null takes `report.required` of config.json. */
  report_required: nullableDefault(z.boolean()),
  /** What is done when it fails; absent: nothing. */
  restart: restartSchema.optional(),
});
export type DeployConfig = z.infer<typeof deployConfigSchema>;

export const deployRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('deploy').default('deploy'),
  agent_type: agentTypeSchema,
  /** Who deploys: an agent of this coordinator, a name of its own (an outside parent), or null for the operator. */
  parent_agent: nullableDefault(agentIdSchema),
  name: nullableDefault(displayNameSchema),
  /** Share of the group's work, a fraction of 1, more than 0. */
  estimated_workload: nullableDefault(z.number().positive().max(1)),
  group: nullableDefault(
    z.looseObject({ id: z.string().min(1).max(128), size: nullableDefault(z.number().int().min(1).max(10_000)) }),
  ),
  /** What it and all below it may spend together, at most what its parent has left; null or absent: it shares its parent's. */
  budget: budgetSchema.nullable().optional(),
  /** 0 first to 9 last; the queue goes by priority, then by age. */
  priority: z.number().int().min(0).max(9).default(5),
  config: deployConfigSchema,
});
export type DeployRequest = z.infer<typeof deployRequestSchema>;
/** What a client writes: defaults may be left out. */
export type DeployRequestInput = z.input<typeof deployRequestSchema>;

/**
 * Several agents in one request: all are accepted in one step of the journal, or none. An agent without a `request_id` of
 * its own gets `<request_id>.<place>`, from 1.
 */
export const batchRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('deploy_batch'),
  /** Parent of those that name none. */
  parent_agent: nullableDefault(agentIdSchema),
  agents: z
    .array(deployRequestSchema.extend({ request_id: requestIdSchema.optional() }))
    .min(1)
    .max(1000),
});
export type BatchRequest = z.infer<typeof batchRequestSchema>;
/** In the order of the request. */
export const batchAnswerSchema = z.object({ agents: z.array(agentRecordSchema) });
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
