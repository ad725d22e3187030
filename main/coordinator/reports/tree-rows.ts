/** The rows of a tree's combined report. Pure: a fleet, what the reports are like, and the time give them. */
import type { Score } from '../../../protocol/compliance.ts';
import { type Agent, isEnded, type ReportProblem } from '../../../protocol/agent.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import type { AgentRecord, RecordOf } from '../../../protocol/record.ts';
import type { TreeReportRow } from '../../../protocol/tree-report.ts';
import type { ReportVerdict } from './gate.ts';

export type Verdicts = ReadonlyMap<string, ReportVerdict>;

export interface TreeReportInput {
  readonly fleet: Fleet;
  readonly top: string;
  /** Of every agent of the branch that has ended. */
  readonly verdicts: Verdicts;
  /** ISO 8601 UTC. */
  readonly now: string;
  /** With its group as it is in that fleet. */
  readonly recordOf: RecordOf;
  /** Of the whole branch. */
  readonly score: Score;
}

/** All of the branch, the top first; a parent comes before its children. Ids that are not there any more are left out. */
export function branchOf(fleet: Fleet, top: string, depth = 0): { readonly id: string; readonly depth: number }[] {
  const children = fleet.agents.get(top)?.children ?? fleet.externals.get(top)?.children;
  if (children === undefined) return [];
  return [{ id: top, depth }, ...children.flatMap((child) => branchOf(fleet, child, depth + 1))];
}

export function treeRows({ fleet, top, verdicts, now, recordOf }: TreeReportInput): TreeReportRow[] {
  return branchOf(fleet, top).flatMap(({ id, depth }) => {
    const agent = fleet.agents.get(id);
    if (agent !== undefined) return rowOf(agent, recordOf(agent), depth, verdicts.get(id), now);
    const external = fleet.externals.get(id);
    return external === undefined ? [] : outsideRow(id, external.level, depth);
  });
}

function rowOf(
  agent: Agent,
  record: AgentRecord,
  depth: number,
  verdict: ReportVerdict | undefined,
  now: string,
): TreeReportRow {
  const { facts, life } = agent;
  return {
    agent_id: facts.agent_id,
    status: record.status,
    status_reason: record.status_reason,
    name: facts.name,
    agent_type: facts.agent_type,
    level: facts.level,
    depth,
    parent_agent: facts.parent_agent,
    runtime: facts.runtime,
    model: facts.model,
    attempt: record.attempt,
    deployed_at: facts.accepted_at,
    started_at: record.started_at,
    completed_at: record.completed_at,
    queue_seconds:
      record.started_at === null || record.attempt !== 1 ? null : secondsBetween(facts.accepted_at, record.started_at),
    execution_seconds: executionSeconds(agent, now),
    group: record.balance?.group ?? null,
    estimated_share: record.balance?.share ?? null,
    measured_share: record.actual_workload,
    load_balance_score: record.load_balance_score,
    tokens: agent.usage.tokens,
    cost_usd: agent.usage.cost_usd,
    unproven: life.status === 'ended' && life.ending.unproven === true,
    report: {
      state: stateOf(agent, verdict),
      path: facts.completion_report,
      summary: verdict?.summary ?? null,
      problems: problemsOf(agent, verdict),
    },
  };
}

function stateOf(agent: Agent, verdict: ReportVerdict | undefined): TreeReportRow['report']['state'] {
  if (agent.life.status === 'never_began') return 'never_began';
  if (!agent.facts.report_required) return 'not_required';
  // A report that is there early is a draft: only the end makes it due.
  if (!isEnded(agent)) return 'due';
  if (verdict?.exists !== true) return 'missing';
  return verdict.problems.length === 0 ? 'in' : 'problems';
}

const problemsOf = (agent: Agent, verdict: ReportVerdict | undefined): ReportProblem[] =>
  agent.facts.report_required && agent.life.status === 'ended' ? [...(verdict?.problems ?? [])] : [];

function executionSeconds(agent: Agent, now: string): number | null {
  const { life } = agent;
  if (life.status === 'ended' || life.status === 'backoff') return life.ending.execution_time_seconds;
  if (life.status === 'paused') return life.ran.seconds;
  if ((life.status !== 'running' && life.status !== 'stopping') || life.started_at === null) return null;
  const [before, since] = life.ran === undefined ? [0, life.started_at] : [life.ran.seconds, life.ran.at];
  return rounded(before + secondsBetween(since, now));
}

const outsideRow = (id: string, level: number, depth: number): TreeReportRow => ({
  agent_id: id,
  status: null,
  status_reason: 'works outside this coordinator',
  name: null,
  agent_type: null,
  level,
  depth,
  parent_agent: null,
  runtime: null,
  model: null,
  attempt: 0,
  deployed_at: null,
  started_at: null,
  completed_at: null,
  queue_seconds: null,
  execution_seconds: null,
  group: null,
  estimated_share: null,
  measured_share: null,
  load_balance_score: null,
  tokens: null,
  cost_usd: null,
  unproven: false,
  report: { state: 'not_required', path: null, summary: null, problems: [] },
});

export const secondsBetween = (from: string, to: string): number =>
  rounded(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));

export const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
