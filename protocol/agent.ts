/**
 * One agent: what was asked (facts), and where its life stands (life). The wire record is `agentRecord(agent)`.
 *
 *   accepted -> queued -> starting -> running <-> paused -> stopping -> completed | failed | stopped | timed_out | lost
 *                  \-> refused | expired | cancelled        (it never began)
 *                     running -> backoff -> starting          (only where a restart was asked for)
 *                     ended -> backoff, never began -> queued (the verb `restart`)
 *
 * What belongs to a state lives inside its variant: there is no pid beside a life that has no process.
 */
import { z } from 'zod';
import { amountsSchema, budgetSchema } from './budget.ts';
import { failureSchema } from './failures.ts';

/** A process is the same one only if all three agree: pids are reused, start times are not, and both restart at boot. */
export const identitySchema = z.object({
  pid: z.number().int().positive(),
  /** Opaque and exact: clock ticks since boot on Linux, `ps` start time on macOS; null where the system does not tell. */
  start_time: z.string().nullable(),
  boot_id: z.string().nullable(),
});
export type Identity = z.infer<typeof identitySchema>;

export const tokensSchema = z.object({
  input: z.number(),
  output: z.number(),
  cache_read: z.number(),
  cache_write: z.number(),
});
export type Tokens = z.infer<typeof tokensSchema>;

/** What a runtime's own output says about the agent so far; null is unknown. */
export const usageSchema = z.object({
  session_id: z.string().nullable(),
  tokens: tokensSchema.nullable(),
  cost_usd: z.number().nullable(),
  /** What it is doing in a few words ("tool: Bash"), as its output last told. */
  activity: z.string().nullable(),
});
export type Usage = z.infer<typeof usageSchema>;
export const unknownUsage: Usage = { session_id: null, tokens: null, cost_usd: null, activity: null };

export const reportProblemSchema = z.object({
  code: z.enum([
    'missing',
    'unreadable',
    'stale',
    'agent_not_named',
    'section_missing',
    'section_empty',
    /** It says success, and the run did not end so. */
    'contradicts_run',
    'time_differs',
    /** A path that it names as code is not there. */
    'file_not_found',
  ]),
  message: z.string(),
  /** 1-based line in the report, where the problem has a place. */
  line: z.number().int().nullable(),
});
export type ReportProblem = z.infer<typeof reportProblemSchema>;

/** Which signals back a status. `exit_event`: the coordinator was the parent and saw it; `exit_record`: the launcher wrote it. */
export const endSourceSchema = z.enum(['exit_event', 'exit_record', 'result_line', 'report', 'never_began', 'none']);

/** What becomes of an agent that fails. Only what was asked for; nothing is run again by itself. */
export const restartPolicySchema = z.object({
  policy: z.enum(['never', 'on_failure']).default('never'),
  /** After so many restarts without a good run in between it is given up as `failed`. */
  max_restarts: z.number().int().min(0).max(1000).default(4),
  /** Seconds before the first restart; doubled before each further one. */
  backoff_seconds: z.number().min(0.001).max(3600).default(1),
  /** The longest that is ever waited. */
  max_backoff_seconds: z.number().min(0.001).max(86_400).default(60),
  /** A run that lasted so many seconds was a good one: failures are counted anew. */
  reset_seconds: z.number().min(0.001).max(31_536_000).default(600),
});
export type RestartPolicy = z.infer<typeof restartPolicySchema>;

/** How its group was divided when it was accepted. Shares are fractions of 1; null is unknown. */
export const balanceNoteSchema = z.object({
  /** Which of its groups with the same parent and the same `group.id` (or none); from 1. */
  wave: z.number().int().min(1),
  /** How many agents the group is planned to have; null: nobody said. */
  size: z.number().int().nullable(),
  share: z.number().nullable(),
  ratio: z.number().nullable(),
  /** 0 to 100; null for fewer than three. */
  score: z.number().nullable(),
  /** The rules of balance are not kept, and it was accepted all the same; `reasons` say which. */
  flagged: z.boolean(),
  reasons: z.array(z.string()),
});
export type BalanceNote = z.infer<typeof balanceNoteSchema>;

/** Measured, it does more than its share: said once, while others of its group could still take something over. */
export const replanSchema = z.object({
  at: z.string(),
  /** Fraction of 1 of what its group has done so far. */
  share: z.number(),
  basis: z.enum(['seconds', 'tokens']),
  suggestion: z.string(),
});
export type Replan = z.infer<typeof replanSchema>;

export const factsSchema = z.object({
  agent_id: z.string(),
  ordinal: z.number().int(),
  request_id: z.string(),
  agent_type: z.string(),
  level: z.number().int(),
  name: z.string().nullable(),
  parent_agent: z.string().nullable(),
  runtime: z.string(),
  runtime_kind: z.enum(['claude', 'command', 'demo']),
  model: z.string().nullable(),
  cwd: z.string(),
  priority: z.number().int(),
  group: z.looseObject({ id: z.string(), size: z.number().int().nullable() }).nullable(),
  estimated_workload: z.number().nullable(),
  /** Absent: it shares its work with nobody, or it is older than this field. */
  balance: balanceNoteSchema.optional(),
  timeout: z.number(),
  max_runtime: z.number(),
  max_turns: z.number(),
  max_cost_usd: z.number(),
  report_required: z.boolean(),
  /** For itself and all below it; absent: it shares that of its parent. */
  budget: budgetSchema.optional(),
  /** null: never restarted. */
  restart: restartPolicySchema.nullable().default(null),
  prompt_file: z.string(),
  prompt_sha256: z.string(),
  log_file: z.string(),
  completion_report: z.string(),
  /** Unknown fields of the request, kept as they came. */
  extra: z.record(z.string(), z.unknown()),
  accepted_at: z.string(),
  /** How the request came in; `file` is answered with a file. */
  door: z.enum(['file', 'http', 'mcp']),
});
export type AgentFacts = z.infer<typeof factsSchema>;

const attemptFields = {
  attempt: z.number().int().min(1),
  /** Value of `ZIGGIE_RUN` in every process of the attempt. */
  nonce: z.string(),
  /** Only the hash of the agent's own token is stored; it dies with the run. */
  token_sha256: z.string(),
  /** Where this attempt's output begins in the log, bytes; absent: at its beginning. */
  log_from: z.number().int().optional(),
};
/**
 * What is not as it should be about the process of a run.
 * - `unverified`: nothing tells whether the pid is still its own, so it is neither signalled nor given up.
 * - `unattended`: its launcher was ended by somebody; the agent lives, and nobody will see how it exits.
 */
export const doubtSchema = z.enum(['unverified', 'unattended']);
export type Doubt = z.infer<typeof doubtSchema>;
const doubtField = { doubt: z.object({ is: doubtSchema, since: z.string() }).optional() };
const runFields = { ...attemptFields, identity: identitySchema, started_at: z.string() };

/** Somebody paused the branch it is in. */
export const holdSchema = z.object({ by: z.string(), reason: z.string().nullable(), since: z.string() });
export type Hold = z.infer<typeof holdSchema>;
/** Set: it is not started until it is resumed; what is being started is frozen as soon as it runs. */
const holdField = { hold: holdSchema.optional() };

/** How long an attempt had run at a moment, pauses not counted; seconds. Where it runs, the time since then comes on top. */
export const ranSchema = z.object({ seconds: z.number().min(0), at: z.string() });
export type Ran = z.infer<typeof ranSchema>;
/** Absent: it was never paused, so it has run since `started_at`. */
const ranField = { ran: ranSchema.optional() };

/** How many attempts there were before the verb `restart` queued it anew; absent: none. */
const attemptsField = { attempts: z.number().int().optional() };

export const endStatusSchema = z.enum(['completed', 'failed', 'stopped', 'timed_out', 'lost']);
export type EndStatus = z.infer<typeof endStatusSchema>;
export const neverBeganStatusSchema = z.enum(['refused', 'expired', 'cancelled']);

/** How a run ended and what backs that. */
export const endingSchema = z.object({
  status: endStatusSchema,
  status_reason: z.string(),
  source: endSourceSchema,
  exit_code: z.number().int().nullable(),
  signal: z.string().nullable(),
  completed_at: z.string(),
  execution_time_seconds: z.number().nullable(),
  report_exists: z.boolean(),
  report_problems: z.array(reportProblemSchema),
  /** The steps a stop needed, in order ("SIGTERM", "SIGKILL"); empty when it ended by itself. */
  stop_steps: z.array(z.string()),
  /** Pids that survived a forced stop, said and not hidden. */
  survivors: z.array(z.number().int()),
  /** How many processes it left behind that were ended with it. */
  reaped: z.number().int().default(0),
  /** Who stopped it, and why ("operator: too dear"); absent: nobody, or it ended before this was kept. */
  stopped_by: z.string().optional(),
  /** Of the run's whole process tree, as far as it was looked at; absent or null: unknown. */
  cpu_percent_avg: z.number().nullable().optional(),
  memory_mb_peak: z.number().nullable().optional(),
  /** It claims success, and nothing shows that it worked; absent: not so, or it ended before this was kept. */
  unproven: z.boolean().optional(),
  /** How long after the agent's end its report was written, seconds; absent: before it, or there is none. */
  report_late_seconds: z.number().optional(),
});
export type Ending = z.infer<typeof endingSchema>;

export const stopReasonSchema = z.enum(['stop', 'timeout', 'shutdown', 'process_limit', 'log_limit', 'budget']);
export type StopReason = z.infer<typeof stopReasonSchema>;

export const lifeSchema = z.discriminatedUnion('status', [
  /** Its patience (`config.timeout`) counts from `since`. */
  z.object({ status: z.literal('queued'), since: z.string(), reason: z.string(), ...attemptsField, ...holdField }),
  z.object({ status: z.literal('starting'), since: z.string(), ...attemptFields, ...holdField }),
  z.object({ status: z.literal('running'), ...runFields, ...ranField, ...doubtField }),
  /** Its processes are frozen, all of them; who it is and which attempt stays. */
  z.object({ status: z.literal('paused'), ...runFields, ran: ranSchema, ...holdSchema.shape, ...doubtField }),
  z.object({
    status: z.literal('stopping'),
    ...attemptFields,
    /** null: stopped while it was still starting. */
    identity: identitySchema.nullable(),
    started_at: z.string().nullable(),
    since: z.string(),
    by: z.string(),
    reason: stopReasonSchema,
    /** Which limit was passed, and how far. */
    detail: z.string().optional(),
    ...ranField,
    ...doubtField,
  }),
  z.object({
    status: z.literal('backoff'),
    /** The one that failed; the next has the next number. */
    attempt: z.number().int().min(1),
    since: z.string(),
    /** When the next attempt is due; it may wait longer for a slot. */
    until: z.string(),
    reason: z.string(),
    /** How that attempt ended. */
    ending: endingSchema,
    started_at: z.string().nullable(),
    ...holdField,
  }),
  z.object({
    status: z.literal('ended'),
    ending: endingSchema,
    attempt: z.number().int(),
    pid: z.number().int().nullable(),
    started_at: z.string().nullable(),
  }),
  z.object({
    status: z.literal('never_began'),
    as: neverBeganStatusSchema,
    at: z.string(),
    failure: failureSchema,
    ...attemptsField,
  }),
]);
export type Life = z.infer<typeof lifeSchema>;

export const agentSchema = z.object({
  facts: factsSchema,
  life: lifeSchema,
  usage: usageSchema,
  /** What attempts before the present one used; part of `usage`. */
  usage_before: usageSchema.default(unknownUsage),
  /** Attempts that failed since the last good run. */
  failures: z.number().int().default(0),
  replan: replanSchema.optional(),
  /** Seconds that attempts before the present (or last) one ran; absent: none. */
  ran_before: z.number().optional(),
  /** What agents below it spent that are forgotten by now; absent: nothing. */
  spent_by_forgotten: amountsSchema.optional(),
  children: z.array(z.string()),
  /** Approvals that it waits for, in the order of asking; absent: none. */
  asking: z.array(z.object({ approval_id: z.string(), tool: z.string(), since: z.string() })).optional(),
  /** Tools that it and all below it may use without asking, until it ends; absent: none. */
  allowed: z.array(z.object({ tool: z.string(), approval_id: z.string(), since: z.string() })).optional(),
});
export type Agent = z.infer<typeof agentSchema>;

/** A parent the coordinator did not start: an Overwatch deployed elsewhere. It has a place in the tree and no process of ours. */
export const externalSchema = z.object({
  agent_id: z.string(),
  level: z.number().int(),
  first_seen: z.string(),
  children: z.array(z.string()),
});
export type External = z.infer<typeof externalSchema>;

export const statusSchema = z.enum([
  'queued',
  'starting',
  'running',
  'paused',
  'stopping',
  'backoff',
  ...endStatusSchema.options,
  ...neverBeganStatusSchema.options,
]);
export type Status = z.infer<typeof statusSchema>;

export function statusOf(agent: Agent): Status {
  const { life } = agent;
  if (life.status === 'ended') return life.ending.status;
  if (life.status === 'never_began') return life.as;
  return life.status;
}

/** It holds a slot: it has, or is about to have, a process. */
export const isActive = ({ life: { status } }: Agent): boolean =>
  status === 'starting' || status === 'running' || status === 'paused' || status === 'stopping';

/** It has a place in the queue, or will have one when its back-off is over or its branch is resumed. */
export const isWaiting = ({ life: { status } }: Agent): boolean => status === 'queued' || status === 'backoff';

export const isEnded = (agent: Agent): boolean => agent.life.status === 'ended' || agent.life.status === 'never_began';
