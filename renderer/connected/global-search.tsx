import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { leastSearched, mostSearched, type SearchAnswer } from '../../protocol/search.ts';
import { counted } from '../selectors/format.ts';
import { agentsFound, leftOutWords, mostAgents, searchGroups, type SearchRow } from '../selectors/search-results.ts';
import { GlobalSearch } from '../views/global-search.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';
import { useSearchKeys } from './use-search-keys.ts';
import { useGo } from './use-steps.ts';

/** Long enough for a word to be typed: each letter would read the files anew. */
const typingMs = 250;
const perKind = 8;

type Told =
  | { readonly status: 'asking' }
  | { readonly status: 'known'; readonly answer: SearchAnswer }
  | { readonly status: 'failed'; readonly message: string };

/** In the header: finds agents while a word is typed, and reports and lines of logs as soon as the coordinator has looked. */
export function Search(): ReactNode {
  const fleet = useDashboardState((state) => state.fleet);
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState<string | null>(null);
  const go = useGo();
  useSearchKeys(field);
  const wanted = text.trim().slice(0, mostSearched);
  const told = useTold(isOpen ? wanted : '');
  const { agents } = fleet;
  const answer = told.status === 'known' ? told.answer : null;
  const shown = isOpen && wanted !== '';
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- of the fleet it depends on the agents alone
  const groups = useMemo(() => (shown ? searchGroups(fleet, wanted, answer) : []), [shown, agents, wanted, answer]);
  const rows = groups.flatMap((group) => group.rows);
  const active = rows.find(({ key }) => key === chosen)?.key ?? rows[0]?.key ?? null;
  const onChoose = ({ to }: SearchRow): void => {
    setOpen(false);
    field.current?.blur();
    go(to, 'push');
  };
  const onMove = (by: 1 | -1): void => {
    const at = rows.findIndex(({ key }) => key === active);
    setChosen(rows[(at + by + rows.length) % rows.length]?.key ?? null);
  };
  return (
    <GlobalSearch
      field={field}
      text={text}
      groups={groups}
      active={active}
      isOpen={shown}
      said={shown ? saidOf(told, wanted, rows.length, agentsFound(fleet, wanted).length) : ''}
      isWrong={told.status === 'failed'}
      onText={(next) => {
        setText(next);
        setChosen(null);
        setOpen(next !== '');
      }}
      onOpen={setOpen}
      onMove={onMove}
      onChoose={onChoose}
    />
  );
}

/** What the coordinator found in reports and logs; what was asked before is called off. */
function useTold(text: string): Told {
  const { client } = useDashboard();
  const [state, setState] = useState<{ readonly of: string; readonly told: Told }>({
    of: '',
    told: { status: 'asking' },
  });
  useEffect(() => {
    if (text.length < leastSearched) return undefined;
    const gone = new AbortController();
    const typed = setTimeout(() => {
      const options = { kinds: ['reports', 'logs'], limit: perKind, signal: gone.signal } as const;
      void client.api.search(text, options).then((answer) => {
        if (gone.signal.aborted) return;
        const told: Told = answer.ok
          ? { status: 'known', answer: answer.value }
          : { status: 'failed', message: answer.failure.message };
        setState({ of: text, told });
      });
    }, typingMs);
    return () => {
      clearTimeout(typed);
      gone.abort();
    };
  }, [client, text]);
  return state.of === text ? state.told : { status: 'asking' };
}

function saidOf(told: Told, text: string, rows: number, agents: number): string {
  const more =
    agents > mostAgents ? ` ${counted(agents - mostAgents, 'more agent')}: narrow it in the filter of Fleet.` : '';
  if (text.length < leastSearched) return `Two letters are needed for reports and logs.${more}`;
  switch (told.status) {
    case 'asking':
      return `Looking through reports and logs …${more}`;
    case 'failed':
      return `Reports and logs could not be searched: ${told.message}`;
    case 'known': {
      const left = leftOutWords(told.answer);
      return `${rows === 0 ? 'Nothing found.' : `${counted(rows, 'result')}.`}${more}${left === null ? '' : ` ${left}`}`;
    }
  }
}
