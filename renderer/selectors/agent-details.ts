/** The overview of one agent: groups of label and value, in reading order, from its wire record. */
import { type Agent, isActive, isEnded } from '../../protocol/agent.ts';
import { smallestGroup } from '../../protocol/balance.ts';
import { groupOf } from '../../protocol/groups.ts';
import { agentRecord, type AgentRecord, type RecordBalance } from '../../protocol/record.ts';
import { ago, clockTime, count, dollars, duration, secondsSince } from './format.ts';
import { percent as share } from './share-bars.ts';
import { visible } from './visible-text.ts';
import { evidenceWords } from './status-language.ts';

export interface Detail {
  readonly label: string;
  readonly value: string;
  /** The exact value, for the tooltip; null when the text is exact. */
  readonly exact: string | null;
  /** Something a person takes elsewhere (a path, an id): shown in monospace with a copy button. */
  readonly copyable: boolean;
  /** Where it is shown; null: nowhere else. */
  readonly href: string | null;
}

export interface DetailGroup {
  readonly title: string;
  /** Its values are long. */
  readonly wide: boolean;
  readonly details: readonly Detail[];
}

export interface DetailContext {
  readonly balance: RecordBalance | null;
  readonly maxShare: number | null;
  readonly parentName?: string | undefined;
}

/**
 * Facts that are not known are left out rather than shown as zero. `now` in ms since the epoch. `balance`: its group as it
 * is now; null: it shares its work with nobody. `maxShare`: the most that one may carry, fraction of 1; null: not known.
 * `parentName`: in place of the parent's id, where it has a name.
 */
export function agentDetails(
  agent: Agent,
  now: number,
  { balance, maxShare, parentName }: DetailContext,
): readonly DetailGroup[] {
  const record = agentRecord(agent);
  return [
    { title: 'Status', wide: false, details: statusDetails(agent, record, now) },
    { title: 'Time', wide: false, details: timeDetails(record, now) },
    { title: 'Usage', wide: false, details: usageDetails(record) },
    { title: 'Group', wide: false, details: groupDetails(agent, balance, maxShare) },
    { title: 'Identity', wide: false, details: identityDetails(record, parentName) },
    { title: 'Environment', wide: true, details: environmentDetails(agent, record) },
  ].filter(({ details }) => details.length > 0);
}

const said = (label: string, value: string | null, exact: string | null = null): Detail[] =>
  value === null || value === '' ? [] : [{ label, value: visible(value), exact, copyable: false, href: null }];

const taken = (label: string, value: string | null, href: string | null = null): Detail[] =>
  value === null || value === '' ? [] : [{ label, value, exact: null, copyable: true, href }];

function statusDetails(agent: Agent, record: AgentRecord, now: number): Detail[] {
  const age = secondsSince(record.evidence.at, now);
  return [
    // A running agent gives no reason beyond its evidence.
    ...said('Reason', record.status === 'running' ? null : record.status_reason.replace(/^waiting: /, '')),
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

/** Shares are of the whole group, as planned and as measured so far. */
function groupDetails(agent: Agent, balance: RecordBalance | null, maxShare: number | null): Detail[] {
  const key = groupOf(agent);
  if (balance === null || key === null) return [];
  const { group, size, share: planned, actual_share: actual, actual_basis: basis, ratio, score } = balance;
  // Two cannot both have less.
  const isLimited = maxShare !== null && (size === null || size >= smallestGroup);
  const limit = !isLimited ? '' : ` (limit ${share(maxShare)})`;
  const href = `#/balance/${encodeURIComponent(JSON.stringify([key.parent, key.id, key.wave]))}`;
  return [
    ...said('Group', size === null ? group : `${group}, planned for ${size}`).map((one) => ({ ...one, href })),
    ...said('Share', planned === null ? null : `${share(planned)}${limit}, as planned`),
    ...said('Measured', actual === null ? null : `${share(actual)} by ${basis === 'tokens' ? 'tokens' : 'time'}`),
    ...said('Ratio', ratio === null ? null : `${Number(ratio.toPrecision(3))} ×, largest by smallest share`),
    ...said('Score', score === null ? null : `${Math.round(score)} of 100`, score === null ? null : String(score)),
    ...said('Flagged', balance.flagged ? balance.reasons.join(' ') : null),
    ...said('Advice', balance.replan === null || isEnded(agent) ? null : balance.replan.suggestion),
  ];
}

function identityDetails(record: AgentRecord, parentName: string | undefined): Detail[] {
  const { parent_agent: parent, estimated_workload: workload } = record;
  return [
    ...taken('Agent', record.agent_id),
    ...parentDetail(parent, parentName),
    ...taken('Request', record.request_id),
    ...said('Workload', workload === null ? null : `${Math.round(workload * 100)} % (estimate)`),
  ];
}

function parentDetail(parent: string | null, name: string | undefined): Detail[] {
  if (parent === null) return [];
  const href = `#/agents/${encodeURIComponent(parent)}`;
  if (name === undefined) return taken('Parent', parent, href);
  return said('Parent', name, parent).map((one) => ({ ...one, href }));
}

function environmentDetails(agent: Agent, record: AgentRecord): Detail[] {
  return [
    ...said('Runtime', record.model === null ? record.runtime : `${record.runtime} · ${record.model}`),
    ...said('Process', record.pid === null ? null : String(record.pid)),
    ...said('Attempt', record.attempt === 0 ? null : String(record.attempt)),
    ...taken('Session', record.session_id),
    ...said('Token', tokenWords(agent)),
    ...taken('Folder', agent.facts.cwd),
    ...taken('Prompt', record.prompt_file),
    ...taken('Log', record.log_file),
    ...taken('Report', record.completion_report),
  ];
}

/** What the agent may reach of the coordinator. The token itself is nobody's business. */
function tokenWords(agent: Agent): string {
  if (isActive(agent)) return 'reaches itself and all below it, until it ends';
  return isEnded(agent) ? 'none: it has ended' : 'none yet: made when it starts';
}
