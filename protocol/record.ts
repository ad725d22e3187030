/** The agent record of the wire: state file, HTTP, answers. One flat shape; a pure function of the agent. */
import { z } from 'zod';
import {
  type Agent,
  type BalanceNote,
  type Doubt,
  isActive,
  replanSchema,
  reportProblemSchema,
  statusOf,
  statusSchema,
  tokensSchema,
} from './agent.ts';
import { groupName } from './group-name.ts';
import { budgetViewSchema } from './budget.ts';
import { heldWords, holdWords } from './hold.ts';

export const evidenceSchema = z.object({
  /** What says so: an exit seen by the parent, the launcher's exit record, a live process, nothing. */
  source: z.string(),
  at: z.string(),
});

/**
 * Its group, and its part of it. Shares are fractions of 1, of the work of all in the group; null is unknown. From the
 * coordinator as the group is now, otherwise as it was when the agent was accepted.
 */
export const recordBalanceSchema = z.object({
  /** `group.id`, or "wave 2" of those that name none. */
  group: z.string(),
  /** How many agents the group is planned to have; null: nobody said. */
  size: z.number().int().nullable(),
  /** As estimated. null: it stated no weight, or its work was left to others. */
  share: z.number().nullable(),
  /** As measured so far, against what all in the group have done; null: fewer than two have begun. */
  actual_share: z.number().nullable(),
  /** What was measured: running time, or tokens where all of the group that have begun report them. */
  actual_basis: z.enum(['seconds', 'tokens']).nullable(),
  /** Largest by smallest share of the group. */
  ratio: z.number().nullable(),
  /** Of the group, 0 to 100; null for fewer than three. */
  score: z.number().nullable(),
  /** When it was accepted the rules of balance were not kept; `reasons` say which. */
  flagged: z.boolean(),
  reasons: z.array(z.string()),
  /** It does more than its share, and what to do; null: not so far. */
  replan: replanSchema.nullable(),
});
export type RecordBalance = z.infer<typeof recordBalanceSchema>;

/** Times are ISO 8601 UTC, durations seconds, memory MB, CPU percent of one core, cost US dollars. null is unknown. */
export const agentRecordSchema = z.object({
  agent_id: z.string(),
  request_id: z.string(),
  agent_type: z.string(),
  level: z.number().int(),
  name: z.string().nullable(),
  parent_agent: z.string().nullable(),
  children: z.array(z.string()),
  runtime: z.string(),
  model: z.string().nullable(),
  status: statusSchema,
  status_reason: z.string(),
  evidence: evidenceSchema,
  pid: z.number().int().nullable(),
  deployed_at: z.string(),
  queued_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  /** How long it ran, pauses not counted; of a paused one, how long it has run so far. null while it runs, and where it never did. */
  execution_time_seconds: z.number().nullable(),
  exit_code: z.number().int().nullable(),
  signal: z.string().nullable(),
  attempt: z.number().int(),
  log_file: z.string(),
  prompt_file: z.string(),
  completion_report: z.string(),
  completion_report_exists: z.boolean(),
  report_problems: z.array(reportProblemSchema),
  /** It claims success, and nothing shows that it worked: it ended within seconds without a tool call, output or child. */
  unproven: z.boolean().default(false),
  cpu_percent: z.number().nullable(),
  memory_mb: z.number().nullable(),
  cpu_percent_avg: z.number().nullable(),
  memory_mb_peak: z.number().nullable(),
  estimated_workload: z.number().nullable(),
  /** `balance.actual_share`. */
  actual_workload: z.number().nullable(),
  /** `balance.score`. */
  load_balance_score: z.number().nullable(),
  /** null: it shares its work with nobody. */
  balance: recordBalanceSchema.nullable().default(null),
  tokens: tokensSchema.nullable(),
  cost_usd: z.number().nullable(),
  session_id: z.string().nullable(),
  activity: z.string().nullable(),
  priority: z.number().int(),
  group: z.looseObject({ id: z.string(), size: z.number().int().nullable() }).nullable(),
  /** What may be spent here; null: no budget binds it. */
  budget: budgetViewSchema.nullable().default(null),
  stop_steps: z.array(z.string()),
  survivors: z.array(z.number().int()),
  /** How many processes it left behind that were ended with it. */
  reaped: z.number().int(),
  extra: z.record(z.string(), z.unknown()),
  /** What it cannot go on without, in words ("approval apr_… of Bash"); null: nothing. */
  waiting_for: z.string().nullable().default(null),
});
export type AgentRecord = z.infer<typeof agentRecordSchema>;

/** What is measured of a run that is going on. */
export type Usages = Pick<AgentRecord, 'cpu_percent' | 'memory_mb' | 'cpu_percent_avg' | 'memory_mb_peak'>;

/** Makes the record with what is measured at present. */
export type RecordOf = (agent: Agent) => AgentRecord;

/** An agent never changes, another takes its place: so its record is made once. */
const made = new WeakMap<Agent, AgentRecord>();

export const agentRecord: RecordOf = (agent) => {
  const known = made.get(agent);
  if (known !== undefined) return known;
  const record = measuredRecord(agent, null);
  made.set(agent, record);
  return record;
};

/** `measured`: of the present run, where the caller can tell; what an ended one used is in the agent itself. */
export function measuredRecord(agent: Agent, measured: Usages | null): AgentRecord {
  const { facts, life, usage } = agent;
  const ending = life.status === 'ended' ? life.ending : null;
  return {
    agent_id: facts.agent_id,
    request_id: facts.request_id,
    agent_type: facts.agent_type,
    level: facts.level,
    name: facts.name,
    parent_agent: facts.parent_agent,
    children: agent.children,
    runtime: facts.runtime,
    model: facts.model,
    status: statusOf(agent),
    ...explain(agent),
    ...run(agent),
    deployed_at: facts.accepted_at,
    queued_at: facts.accepted_at,
    completed_at: ending?.completed_at ?? (life.status === 'never_began' ? life.at : null),
    execution_time_seconds: ending?.execution_time_seconds ?? (life.status === 'paused' ? life.ran.seconds : null),
    exit_code: ending?.exit_code ?? null,
    signal: ending?.signal ?? null,
    log_file: facts.log_file,
    prompt_file: facts.prompt_file,
    completion_report: facts.completion_report,
    completion_report_exists: ending?.report_exists ?? false,
    report_problems: ending?.report_problems ?? [],
    unproven: ending?.unproven ?? false,
    cpu_percent: measured?.cpu_percent ?? null,
    memory_mb: measured?.memory_mb ?? null,
    cpu_percent_avg: measured?.cpu_percent_avg ?? ending?.cpu_percent_avg ?? null,
    memory_mb_peak: measured?.memory_mb_peak ?? ending?.memory_mb_peak ?? null,
    estimated_workload: facts.estimated_workload,
    actual_workload: null,
    load_balance_score: facts.balance?.score ?? null,
    balance: facts.balance === undefined ? null : notedBalance(agent, facts.balance),
    tokens: usage.tokens,
    cost_usd: usage.cost_usd,
    session_id: usage.session_id,
    activity: isActive(agent) ? usage.activity : null,
    priority: facts.priority,
    group: facts.group,
    // Known only with the fleet: whoever has it adds it.
    budget: null,
    stop_steps: ending?.stop_steps ?? [],
    survivors: ending?.survivors ?? [],
    reaped: ending?.reaped ?? 0,
    extra: facts.extra,
    waiting_for: waitingFor(agent),
  };
}

/** As it was when the agent was accepted. */
function notedBalance({ facts, replan }: Agent, note: BalanceNote): RecordBalance {
  const { wave, size, share, ratio, score, flagged, reasons } = note;
  const group = groupName({ id: facts.group?.id ?? null, wave });
  const unmeasured = { actual_share: null, actual_basis: null };
  return { group, size, share, ...unmeasured, ratio, score, flagged, reasons, replan: replan ?? null };
}

function waitingFor({ asking }: Agent): string | null {
  if (asking === undefined) return null;
  return `approval ${asking.map(({ approval_id, tool }) => `${approval_id} of ${tool}`).join(', ')}`;
}

function run({ life }: Agent): Pick<AgentRecord, 'pid' | 'started_at' | 'attempt'> {
  switch (life.status) {
    case 'queued':
    case 'never_began':
      return { pid: null, started_at: null, attempt: life.attempts ?? 0 };
    case 'starting':
      return { pid: null, started_at: null, attempt: life.attempt };
    case 'backoff':
      return { pid: null, started_at: life.started_at, attempt: life.attempt };
    case 'running':
    case 'paused':
    case 'stopping':
      return { pid: life.identity?.pid ?? null, started_at: life.started_at, attempt: life.attempt };
    case 'ended':
      return { pid: life.pid, started_at: life.started_at, attempt: life.attempt };
  }
}

const doubtWords: Readonly<Record<Doubt, string>> = {
  unverified: 'a process has its pid, but nothing tells whether it is the agent; it is not signalled',
  unattended: 'its launcher was ended; the agent lives, and nobody will see how it exits',
};

const doubted = ({ is, since }: { is: Doubt; since: string }): Pick<AgentRecord, 'status_reason' | 'evidence'> => ({
  status_reason: doubtWords[is],
  evidence: { source: is, at: since },
});

/** The status in words, and what backs it. */
function explain(agent: Agent): Pick<AgentRecord, 'status_reason' | 'evidence'> {
  const { life } = agent;
  switch (life.status) {
    case 'queued':
    case 'backoff':
      return {
        status_reason: life.hold === undefined ? life.reason : heldWords(life.hold),
        evidence: { source: 'journal', at: life.hold?.since ?? life.since },
      };
    case 'starting':
      return { status_reason: 'being started', evidence: { source: 'journal', at: life.since } };
    case 'running':
      if (life.doubt !== undefined) return doubted(life.doubt);
      return { status_reason: 'process alive', evidence: { source: 'process', at: life.started_at } };
    case 'paused': {
      const doubt = life.doubt === undefined ? '' : `; ${doubtWords[life.doubt.is]}`;
      return {
        status_reason: `${holdWords(life)}${doubt}`,
        evidence: { source: life.doubt?.is ?? 'journal', at: life.doubt?.since ?? life.since },
      };
    }
    case 'stopping':
      return {
        status_reason: `being stopped by ${life.by}${stoppingWhy(agent)}`,
        evidence: { source: 'journal', at: life.since },
      };
    case 'ended':
      return {
        status_reason: life.ending.status_reason,
        evidence: { source: life.ending.source, at: life.ending.completed_at },
      };
    case 'never_began':
      return {
        status_reason: `${life.failure.code}: ${life.failure.message}`,
        evidence: { source: 'journal', at: life.at },
      };
  }
}

function stoppingWhy({ life, facts }: Agent): string {
  if (life.status !== 'stopping') return '';
  if (life.reason === 'timeout') return `: over ${facts.max_runtime} s`;
  return life.detail === undefined ? '' : `: ${life.detail}`;
}
