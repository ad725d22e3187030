/**
 * The Protocol v1.2 score: of an agent, a tree, a day. Five criteria of 20 points each, and behind every point the fact. What
 * cannot be known yet is `pending` and what does not concern an agent `not_applicable`: neither counts, in points or in `of`.
 */
import { z } from 'zod';
import { type Agent, isEnded, statusOf, statusSchema } from './agent.ts';
import type { BalanceRules } from './balance.ts';
import { balancePoint } from './compliance-balance.ts';
import { fullPoints, notApplicable, pending, type Point, pointSchema, rounded, scored } from './compliance-point.ts';
import { envelope, nullableDefault } from './envelope.ts';
import type { Fleet } from './fleet.ts';
import { agentIdSchema } from './names.ts';

export const criteria = ['report', 'balance', 'time', 'logging', 'state'] as const;
export type Criterion = (typeof criteria)[number];

/** A day that there is, as UTC has it. */
export const daySchema = z.iso.date('not a day of the calendar, written YYYY-MM-DD');

/** Filters are joined by "and"; all null is all that the caller may see. */
export const complianceRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('compliance'),
  agent_id: nullableDefault(agentIdSchema),
  /** With `agent_id`: all below it, too. */
  tree: z.boolean().default(false),
  /** Only who was accepted on that day, UTC. */
  day: nullableDefault(daySchema),
});
export type ComplianceRequest = z.infer<typeof complianceRequestSchema>;

const pointsSchema = z.object({
  report: pointSchema,
  balance: pointSchema,
  time: pointSchema,
  logging: pointSchema,
  state: pointSchema,
});
export type Points = z.infer<typeof pointsSchema>;

export const scoredFields = {
  /** 0 to 100, of what is scored; null: nothing is, yet. */
  score: z.number().nullable(),
  /** False: something is pending, so the score may still change. */
  is_final: z.boolean(),
  points: pointsSchema,
};

export const complianceAnswerSchema = z.object({
  agent_id: z.string().nullable(),
  tree: z.boolean(),
  day: z.string().nullable(),
  ...scoredFields,
  /** Oldest first. */
  agents: z.array(
    z.object({
      agent_id: z.string(),
      agent_type: z.string(),
      name: z.string().nullable(),
      status: statusSchema,
      ...scoredFields,
    }),
  ),
});
/** A score with what is behind it. */
export type Score = Pick<z.infer<typeof complianceAnswerSchema>, keyof typeof scoredFields>;
export type ComplianceAnswer = z.infer<typeof complianceAnswerSchema>;
export type AgentCompliance = ComplianceAnswer['agents'][number];

export interface ComplianceFacts {
  readonly fleet: Fleet;
  readonly rules: BalanceRules;
  /** What is in an agent's log, bytes; null: there is none. */
  readonly logBytes: (agent: Agent) => number | null;
}

export function agentCompliance(agent: Agent, facts: ComplianceFacts): AgentCompliance {
  const { agent_id, agent_type, name } = agent.facts;
  const points: Points = {
    report: reportPoint(agent),
    balance: balancePoint(agent, facts.fleet, facts.rules),
    time: timePoint(agent),
    logging: loggingPoint(agent, facts.logBytes),
    state: statePoint(agent),
  };
  return { agent_id, agent_type, name, status: statusOf(agent), ...scoreOf(points), points };
}

/** All points of all of them, added up. */
export function togetherOf(
  agents: readonly AgentCompliance[],
): Pick<ComplianceAnswer, 'score' | 'is_final' | 'points'> {
  const sum = (criterion: Criterion): Point => {
    const all = agents.map(({ points }) => points[criterion]);
    const counted = all.filter(({ state }) => state === 'scored');
    const waiting = all.filter(({ state }) => state === 'pending').length;
    const full = counted.filter(({ points, of }) => points === of).length;
    const not = all.length - counted.length - waiting;
    const fact = `${full} of ${counted.length} scored agents have all points; ${waiting} pending, ${not} not concerned`;
    const of = counted.reduce((total, point) => total + point.of, 0);
    if (counted.length === 0) return { ...(waiting > 0 ? pending(fact) : notApplicable(fact)), of };
    return {
      state: 'scored',
      points: rounded(counted.reduce((total, { points }) => total + (points ?? 0), 0)),
      of,
      fact,
    };
  };
  const points: Points = {
    report: sum('report'),
    balance: sum('balance'),
    time: sum('time'),
    logging: sum('logging'),
    state: sum('state'),
  };
  return { score: scoreOf(points).score, is_final: agents.every(({ is_final }) => is_final), points };
}

function scoreOf(points: Points): { score: number | null; is_final: boolean } {
  const counted = criteria.map((criterion) => points[criterion]).filter(({ state }) => state === 'scored');
  const of = counted.reduce((total, point) => total + point.of, 0);
  const got = counted.reduce((total, point) => total + (point.points ?? 0), 0);
  const is_final = criteria.every((criterion) => points[criterion].state !== 'pending');
  return { score: of === 0 ? null : rounded((100 * got) / of), is_final };
}

function reportPoint({ life, facts }: Agent): Point {
  if (life.status === 'never_began') return notApplicable('it never ran');
  if (life.status !== 'ended') return pending('it has not ended, its report may still come');
  const { report_exists: exists, report_problems: problems } = life.ending;
  if (!exists && !facts.report_required) return notApplicable('no report was asked for, and none is there');
  if (!exists) return scored(0, 'its report is missing');
  if (problems.length === 0) return scored(fullPoints, 'its report is there, without a problem');
  return scored(
    fullPoints / 2,
    `its report is there with ${problems.length} problem(s): ${problems[0]?.message ?? ''}`,
  );
}

function timePoint({ life, facts }: Agent): Point {
  if (life.status === 'never_began') return notApplicable('it never ran');
  if (life.status !== 'ended') return pending('it has not ended');
  const { execution_time_seconds: seconds, status } = life.ending;
  if (seconds === null) return scored(0, 'how long it ran is not known');
  const limit = facts.max_runtime === 0 ? 'it had no limit' : `at most ${facts.max_runtime} s were allowed`;
  if (status === 'timed_out') return scored(fullPoints / 2, `it was stopped for its time after ${seconds} s; ${limit}`);
  return scored(fullPoints, `it ran ${seconds} s; ${limit}`);
}

function loggingPoint(agent: Agent, logBytes: ComplianceFacts['logBytes']): Point {
  if (agent.life.status === 'never_began') return notApplicable('it never ran');
  if (!isEnded(agent)) return pending('it has not ended, its log still grows');
  const bytes = logBytes(agent);
  if (bytes === null) return scored(0, 'its log is missing');
  if (bytes === 0) return scored(fullPoints / 2, 'its log is there and empty');
  return scored(fullPoints, `its log has ${bytes} bytes`);
}

function statePoint({ life }: Agent): Point {
  if (life.status === 'never_began') return scored(fullPoints, `it never began: ${life.failure.code}`);
  if (life.status !== 'ended') return pending('it has not ended');
  const { status, source, survivors, reaped, exit_code: code } = life.ending;
  if (status === 'lost') return scored(0, 'nothing tells how it ended');
  if (survivors.length > 0) return scored(fullPoints / 2, `${survivors.length} of its processes survived its end`);
  if (reaped > 0) return scored(fullPoints / 2, `it left ${reaped} process(es) behind, which were ended`);
  const exit = code === null ? '' : `, exit code ${code}`;
  return scored(fullPoints, `it ended ${status}${exit}; ${sourceWords[source]}`);
}

const sourceWords = {
  exit_event: 'the coordinator saw it',
  exit_record: 'its launcher recorded it',
  result_line: 'its own result line says so',
  report: 'its report says so',
  never_began: 'it had not begun',
  none: 'the coordinator ended it',
} as const;
