/** The overview of one agent: groups of label and value, in reading order, from its wire record. */
import type { Agent } from '../../protocol/agent.ts';
import { agentRecord, type AgentRecord } from '../../protocol/record.ts';
import { ago, clockTime, count, dollars, duration, secondsSince } from './format.ts';
import { visible } from './visible-text.ts';
import { evidenceWords } from './status-language.ts';

export interface Detail {
  readonly label: string;
  readonly value: string;
  /** The exact value, for the tooltip; null when the text is exact. */
  readonly exact: string | null;
  /** Something a person takes elsewhere (a path, an id): shown in monospace with a copy button. */
  readonly copyable: boolean;
}

export interface DetailGroup {
  readonly title: string;
  readonly details: readonly Detail[];
}

/** Facts that are not known are left out rather than shown as zero. `now` in ms since the epoch. */
export function agentDetails(agent: Agent, now: number): readonly DetailGroup[] {
  const record = agentRecord(agent);
  return [
    { title: 'Status', details: statusDetails(agent, record, now) },
    { title: 'Time', details: timeDetails(record, now) },
    { title: 'Usage', details: usageDetails(record) },
    { title: 'Identity', details: identityDetails(record) },
    { title: 'Files', details: fileDetails(record) },
  ].filter(({ details }) => details.length > 0);
}

const said = (label: string, value: string | null, exact: string | null = null): Detail[] =>
  value === null || value === '' ? [] : [{ label, value: visible(value), exact, copyable: false }];

const taken = (label: string, value: string | null): Detail[] =>
  value === null || value === '' ? [] : [{ label, value, exact: null, copyable: true }];

function statusDetails(agent: Agent, record: AgentRecord, now: number): Detail[] {
  const age = secondsSince(record.evidence.at, now);
  return [
    // A running agent gives no reason beyond its evidence.
    ...said('Reason', record.status === 'running' ? null : record.status_reason),
    ...said('Activity', record.activity),
    ...said('Evidence', evidenceWords(agent, age === null ? null : ago(age)), record.evidence.at),
    ...said('Exit code', record.exit_code === null ? null : String(record.exit_code)),
    ...said('Signal', record.signal),
    ...said('Stop took', record.stop_steps.length === 0 ? null : record.stop_steps.join(', then ')),
    ...said('Left behind', record.survivors.length === 0 ? null : `process ${record.survivors.join(', ')}`),
  ];
}

function timeDetails(record: AgentRecord, now: number): Detail[] {
  const at = (label: string, iso: string | null): Detail[] =>
    iso === null ? [] : said(label, clockTime(iso, now), iso);
  const took = record.execution_time_seconds;
  return [
    ...at('Accepted', record.queued_at),
    ...at('Started', record.started_at),
    ...at('Ended', record.completed_at),
    ...said('Took', took === null ? null : duration(took), took === null ? null : `${took} s`),
    ...said('Attempt', record.attempt > 1 ? String(record.attempt) : null),
  ];
}

function usageDetails({ tokens, cost_usd: cost }: AgentRecord): Detail[] {
  const spent =
    tokens === null
      ? []
      : [
          ...said('Tokens in', count(tokens.input)),
          ...said('Tokens out', count(tokens.output)),
          ...said('Cache read', tokens.cache_read === 0 ? null : count(tokens.cache_read)),
          ...said('Cache write', tokens.cache_write === 0 ? null : count(tokens.cache_write)),
        ];
  return [...spent, ...said('Cost', cost === null ? null : dollars(cost), cost === null ? null : `$${cost}`)];
}

function identityDetails(record: AgentRecord): Detail[] {
  const workload = record.estimated_workload;
  return [
    ...taken('Agent', record.agent_id),
    ...taken('Parent', record.parent_agent),
    ...taken('Request', record.request_id),
    ...taken('Session', record.session_id),
    ...said('Runtime', record.model === null ? record.runtime : `${record.runtime} · ${record.model}`),
    ...said('Process', record.pid === null ? null : String(record.pid)),
    ...said('Group', record.group === null ? null : record.group.id),
    ...said('Workload', workload === null ? null : `${Math.round(workload * 100)} % (estimate)`),
  ];
}

function fileDetails(record: AgentRecord): Detail[] {
  return [
    ...taken('Log', record.log_file),
    ...taken('Prompt', record.prompt_file),
    ...taken('Report', record.completion_report),
  ];
}
