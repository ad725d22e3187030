/**
 * The filter of the tree: words that must all be there. A word is looked for in an agent's name, id, type, runtime and
 * status; `level:2`, `status:failed`, `runtime:claude`, `type:L2.1` and `group:wave` look in one place only.
 */
import type { Agent } from '../../protocol/agent.ts';
import { bucketOf, type RollUp } from './roll-up.ts';
import { calm, statusWords } from './status-language.ts';

export type Bucket = Exclude<keyof RollUp, 'agents'>;
export const buckets: readonly Bucket[] = ['running', 'queued', 'attention', 'done', 'stopped'];

export interface FleetFilter {
  readonly text: string;
  /** None: all of them. */
  readonly show: ReadonlySet<Bucket>;
}

export const noFilter: FleetFilter = { text: '', show: new Set() };
export const isFiltering = ({ text, show }: FleetFilter): boolean => text.trim() !== '' || show.size > 0;

/** From the address; what means nothing is left out. */
export function parseFilter(query: string): FleetFilter {
  const given = new URLSearchParams(query);
  const show = (given.get('show') ?? '').split(',').filter((name): name is Bucket => buckets.includes(name as Bucket));
  return { text: given.get('q') ?? '', show: new Set(show) };
}

/** For the address; '' for no filter. */
export const filterQuery = (filter: FleetFilter): string => withFilter('', filter);

/** The same query with another filter. The rest of it, such as what is looked for in a log, is somebody else's. */
export function withFilter(query: string, { text, show }: FleetFilter): string {
  const given = new URLSearchParams(query);
  given.delete('q');
  given.delete('show');
  if (text !== '') given.set('q', text);
  const shown = buckets.filter((bucket) => show.has(bucket));
  if (shown.length > 0) given.set('show', shown.join(','));
  return given.toString();
}

/** Whether an agent is meant; null where every agent is. */
export function matcherOf(filter: FleetFilter): ((agent: Agent) => boolean) | null {
  if (!isFiltering(filter)) return null;
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(wordMatcher);
  return (agent) => (filter.show.size === 0 || filter.show.has(bucketOf(agent))) && words.every((is) => is(agent));
}

type Matches = (agent: Agent) => boolean;

function wordMatcher(word: string): Matches {
  const [, field = '', wanted = ''] = /^(\w+):(.*)$/.exec(word) ?? [];
  const place = places[field];
  if (place !== undefined) return (agent) => wanted === '' || place(agent).toLowerCase().includes(wanted);
  return (agent) => anywhere(agent).toLowerCase().includes(word);
}

const places: Readonly<Record<string, (agent: Agent) => string>> = {
  level: ({ facts }) => String(facts.level),
  type: ({ facts }) => facts.agent_type,
  runtime: ({ facts }) => `${facts.runtime} ${facts.model ?? ''}`,
  group: ({ facts }) => facts.group?.id ?? '',
  id: ({ facts }) => facts.agent_id,
  name: ({ facts }) => facts.name ?? '',
  status: (agent) => statusOf(agent),
};

function anywhere(agent: Agent): string {
  const { agent_id, agent_type, name, runtime, model } = agent.facts;
  return [name, agent_type, agent_id, runtime, model, statusOf(agent)].filter((part) => part !== null).join(' ');
}

function statusOf(agent: Agent): string {
  const { word, detail } = statusWords(agent, calm);
  return detail === null ? word : `${word} ${detail}`;
}
