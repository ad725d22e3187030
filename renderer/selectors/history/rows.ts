/** Agents as the rows of the history. An agent never changes, another takes its place: so its row is made once. */
import { type Agent, isEnded, type Status, statusOf } from '../../../protocol/agent.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { tokensOf } from '../../../protocol/spending.ts';
import { type Verdict, verdictOf } from '../report-list.ts';
import { statusText } from '../row-cells.ts';
import { calm, type StatusWords, statusWords } from '../status-language.ts';
import { agentTitle } from '../tree-rows.ts';
import { visible } from '../visible-text.ts';

export interface HistoryRow {
  readonly agent: Agent;
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly level: number;
  readonly isEnded: boolean;
  /** ISO 8601, and ms since the epoch; null: it has not ended. */
  readonly endedIso: string | null;
  readonly endedAt: number | null;
  readonly status: Status;
  readonly words: StatusWords;
  /** Why it went wrong, in the words of its row; null: it did not. */
  readonly failure: string | null;
  readonly runtime: string;
  /** With its model, for people. */
  readonly runtimeWords: string;
  /** Seconds that it ran, pauses not counted; null: it never did, or runs. */
  readonly seconds: number | null;
  readonly attempts: number;
  readonly tokens: number | null;
  /** US dollars. */
  readonly costUsd: number | null;
  /** null: it owes no report and has none. */
  readonly verdict: Verdict | null;
  /** MB of 1,048,576 bytes, the most at any time. */
  readonly memoryMb: number | null;
  /** Percent of one core, on average. */
  readonly cpuPercent: number | null;
  /** What a search looks in, in small letters. */
  readonly searched: string;
}

const failed: ReadonlySet<Status> = new Set<Status>(['failed', 'lost', 'timed_out', 'refused', 'expired']);
const made = new WeakMap<Agent, HistoryRow>();
const madeAll = new WeakMap<Fleet['agents'], readonly HistoryRow[]>();

/** Of all agents, ended or not. */
export function historyRows({ agents }: Pick<Fleet, 'agents'>): readonly HistoryRow[] {
  const known = madeAll.get(agents);
  if (known !== undefined) return known;
  const rows = [...agents.values()].map(historyRow);
  madeAll.set(agents, rows);
  return rows;
}

export function historyRow(agent: Agent): HistoryRow {
  const known = made.get(agent);
  if (known !== undefined) return known;
  const row = newRow(agent);
  made.set(agent, row);
  return row;
}

function newRow(agent: Agent): HistoryRow {
  const { facts } = agent;
  const record = agentRecord(agent);
  const status = statusOf(agent);
  const words = statusWords(agent, calm);
  const title = agentTitle(agent);
  const runtimeWords = visible(facts.model === null ? facts.runtime : `${facts.runtime} · ${facts.model}`);
  const { completed_at: endedIso } = record;
  const reason = statusText(words);
  return {
    agent,
    id: facts.agent_id,
    type: facts.agent_type,
    title,
    level: facts.level,
    isEnded: isEnded(agent),
    endedIso,
    endedAt: endedIso === null ? null : Date.parse(endedIso),
    status,
    words,
    failure: failed.has(status) ? reason : null,
    runtime: facts.runtime,
    runtimeWords,
    seconds: isEnded(agent) ? record.execution_time_seconds : null,
    attempts: record.attempt,
    tokens: agent.usage.tokens === null ? null : tokensOf(agent),
    costUsd: agent.usage.cost_usd,
    verdict: verdictOf(agent),
    memoryMb: record.memory_mb_peak,
    cpuPercent: record.cpu_percent_avg,
    searched: `${facts.agent_id} ${facts.agent_type} ${title} ${runtimeWords} ${reason}`.toLowerCase(),
  };
}
