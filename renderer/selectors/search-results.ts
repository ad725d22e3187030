/** What the search of the whole page found, as rows: agents at once from the fleet, reports and logs once the coordinator told. */
import type { Agent } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import { agentsInOrder } from '../../protocol/fleet.ts';
import type { SearchAnswer } from '../../protocol/search.ts';
import { parseAnsi } from '../log/ansi.ts';
import { atRoot, type Route } from '../store/route.ts';
import { matcherOf, noFilter } from './fleet-filter.ts';
import { bytes, count, counted } from './format.ts';
import { withLogPlace } from './log-place.ts';
import { calm, statusWords, type StatusWords } from './status-language.ts';
import { agentTitle } from './tree-rows.ts';
import { visible } from './visible-text.ts';

export interface SearchRow {
  /** Unique, and fit for an element's id. */
  readonly key: string;
  readonly type: string;
  readonly title: string;
  /** The row above is of the same agent. */
  readonly isSame: boolean;
  readonly status: StatusWords | null;
  /** The line that was found, in runs of text; null: the agent itself was. */
  readonly line: readonly Run[] | null;
  /** What stands beside it; '' for nothing. */
  readonly note: string;
  readonly to: Route;
}

export interface Run {
  readonly text: string;
  readonly isMatch: boolean;
}

export interface SearchGroup {
  readonly kind: 'agents' | 'reports' | 'logs';
  readonly word: string;
  readonly rows: readonly SearchRow[];
}

/** Of agents; more are for the filter of the tree. */
export const mostAgents = 6;

/** `told`: what the coordinator found; null: not yet. Groups without rows are left out. */
export function searchGroups(fleet: Fleet, text: string, told: SearchAnswer | null): readonly SearchGroup[] {
  const of = (id: string): Agent | undefined => fleet.agents.get(id);
  const reports = (told?.reports ?? []).flatMap(({ agent_id, line, text: found, lines }) => {
    const agent = of(agent_id);
    if (agent === undefined) return [];
    const note = `line ${count(line)}${lines === 1 ? '' : ` and ${count(lines - 1)} more`}`;
    const to: Route = { ...atRoot, view: 'reports', item: agent_id, query: `line=${line}` };
    return [{ ...rowOf(agent, `report-${agent_id}`), line: runs(found, text), note, to }];
  });
  const logs = (told?.logs ?? []).flatMap(({ agent_id, offset, text: found }, index) => {
    const agent = of(agent_id);
    if (agent === undefined) return [];
    const query = withLogPlace('', { text, at: offset });
    const to: Route = { ...atRoot, agentId: agent_id, tab: 'log', full: true, query };
    const isSame = told?.logs[index - 1]?.agent_id === agent_id;
    return [{ ...rowOf(agent, `log-${agent_id}-${offset}`), isSame, line: runs(found, text), note: '', to }];
  });
  const groups: readonly SearchGroup[] = [
    { kind: 'agents', word: 'Agents', rows: agentsFound(fleet, text).slice(0, mostAgents).map(agentRow) },
    { kind: 'reports', word: 'Reports', rows: reports },
    { kind: 'logs', word: 'Logs', rows: logs },
  ];
  return groups.filter(({ rows }) => rows.length > 0);
}

/** The newest first: what is looked for is mostly what is going on. */
export function agentsFound(fleet: Fleet, text: string): readonly Agent[] {
  const isMeant = matcherOf({ ...noFilter, text });
  return isMeant === null ? [] : agentsInOrder(fleet).filter(isMeant).toReversed();
}

const rowOf = (agent: Agent, key: string): Omit<SearchRow, 'line' | 'note' | 'to'> => {
  const { agent_type } = agent.facts;
  const title = agentTitle(agent);
  return { key, type: agent_type, title: title === agent_type ? '' : title, isSame: false, status: null };
};

const agentRow = (agent: Agent): SearchRow => {
  const { agent_id } = agent.facts;
  return {
    ...rowOf(agent, `agent-${agent_id}`),
    status: statusWords(agent, calm),
    line: null,
    note: agent_id,
    to: { ...atRoot, agentId: agent_id },
  };
};

/** The line as it would be seen, cut where the text begins and ends. */
export function runs(line: string, text: string): readonly Run[] {
  const seen = parseAnsi(line)
    .segments.map((segment) => segment.text)
    .join('');
  const wanted = visible(text).toLowerCase();
  const at = seen.toLowerCase().indexOf(wanted);
  if (wanted === '' || at === -1) return [{ text: seen, isMatch: false }];
  return [
    { text: seen.slice(0, at), isMatch: false },
    { text: seen.slice(at, at + wanted.length), isMatch: true },
    { text: seen.slice(at + wanted.length), isMatch: false },
  ].filter((run) => run.text !== '');
}

/** What was not looked at; null: nothing. */
export function leftOutWords({ stopped_by, skipped }: SearchAnswer): string | null {
  const parts = [
    skipped.agents === 0 ? '' : `files of ${counted(skipped.agents, 'agent')}`,
    skipped.log_bytes === 0 ? '' : `${bytes(skipped.log_bytes)} of older output`,
    skipped.files === 0 ? '' : `${counted(skipped.files, 'file')} that cannot be read`,
  ].filter((part) => part !== '');
  if (parts.length === 0) return null;
  const why = stopped_by === 'results' ? 'Enough was found' : stopped_by === 'time' ? 'It took too long' : null;
  return `${why === null ? 'Not' : `${why}: not`} looked at: ${parts.join(', ')}.`;
}
