import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { startSearchWorker } from '../client/search-worker-start.ts';
import { type Collected, collectLines } from '../log/collect-lines.ts';
import { LogSearch, type Searched } from '../log/log-search.ts';
import { type LogQuery, patternOf } from '../log/search.ts';
import { count } from '../selectors/format.ts';
import { useDashboard } from './dashboard-context.ts';

/** Long enough for a word to be typed: each letter would read the whole log anew. */
const typingMs = 250;

export interface LogSearchModel {
  readonly query: LogQuery;
  readonly onQuery: (query: LogQuery) => void;
  /** For marking what is on screen; null: nothing is looked for, or it is an expression, of which only the line gone to is marked. */
  readonly pattern: RegExp | null;
  readonly found: string;
  readonly isWrong: boolean;
  /** null: there is nowhere to go. */
  readonly onStep: ((by: 1 | -1) => void) | null;
  /** The byte that was gone to; null: none was. */
  readonly place: number | null;
  /** All lines with a match; null: there are none. */
  readonly onCollect: (() => Promise<Collected>) | null;
}

interface LogSearchOptions {
  readonly agentId: string;
  /** What is looked for, which the address holds. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Told where to go. */
  readonly onPlace: (offset: number) => void;
}

/** A search through the whole log of one agent. */
export function useLogSearch({ agentId, text, onText, onPlace }: LogSearchOptions): LogSearchModel {
  const { client } = useDashboard();
  const [search] = useState(() => new LogSearch(startSearchWorker));
  const searched = useSyncExternalStore(search.subscribe, search.current);
  const [how, setHow] = useState({ isPattern: false, isCaseKept: false });
  const query = useMemo(() => ({ text, ...how }), [text, how]);
  const [at, setAt] = useState<number | null>(null);
  const pattern = useMemo(() => patternOf(query), [query]);
  const isPattern = pattern !== null && typeof pattern !== 'string';
  useEffect(() => {
    if (!isPattern) {
      search.cancel();
      return undefined;
    }
    const typed = setTimeout(() => search.start({ ...client.access, agentId, query }), typingMs);
    return () => clearTimeout(typed);
  }, [search, client, agentId, query, isPattern]);
  useEffect(() => () => search.cancel(), [search]);
  const { places } = searched;
  const step = (by: 1 | -1): void => {
    const next = at === null ? (by === 1 ? 0 : places.length - 1) : (at + by + places.length) % places.length;
    setAt(next);
    const place = places[next];
    if (place !== undefined) onPlace(place);
  };
  return {
    query,
    onQuery: ({ text: next, ...nextHow }) => {
      setAt(null);
      setHow(nextHow);
      if (next !== text) onText(next);
    },
    // An expression runs in the worker alone, which can be ended: on the page the next line could hold everything up.
    pattern: isPattern && !query.isPattern ? pattern : null,
    found: typeof pattern === 'string' ? pattern : foundWords(searched, at),
    isWrong: typeof pattern === 'string' || searched.state.status === 'failed',
    onStep: places.length === 0 ? null : step,
    place: at === null ? null : (places[at] ?? null),
    onCollect: places.length === 0 ? null : () => collectLines(startSearchWorker, { ...client.access, agentId, query }),
  };
}

function foundWords({ state, places }: Searched, at: number | null): string {
  switch (state.status) {
    case 'none':
      return '';
    case 'failed':
      return state.message;
    case 'running':
    case 'done': {
      const reading =
        state.status === 'done' || state.total === 0 ? '' : ` · ${Math.floor((100 * state.read) / state.total)} % read`;
      if (state.count === 0) return state.status === 'done' ? 'no match' : `looking${reading}`;
      const where = at === null ? '' : `${count(at + 1)} of `;
      const more = state.count > places.length ? ` (the first ${count(places.length)} can be gone to)` : '';
      return `${where}${count(state.count)} ${state.count === 1 && at === null ? 'match' : at === null ? 'matches' : ''}${reading}${more}`.trim();
    }
  }
}
