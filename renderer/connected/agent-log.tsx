import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { type Agent, isEnded } from '../../protocol/agent.ts';
import { saveLog } from '../client/save-log.ts';
import type { DashboardClient } from '../client/dashboard-client.ts';
import { readSwitch, writeSwitch } from '../client/switches.ts';
import { isTranscript, transcriptOf } from '../log/transcript.ts';
import { seekTime } from '../log/seek-time.ts';
import { counted } from '../selectors/format.ts';
import { askedTime } from '../selectors/asked-time.ts';
import { parseLogPlace, withLogPlace } from '../selectors/log-place.ts';
import { visible } from '../selectors/visible-text.ts';
import { agentTitle } from '../selectors/tree-rows.ts';
import { LogTools } from '../views/log-tools.tsx';
import { LogView } from '../views/log-view.tsx';
import { useDashboard } from './dashboard-context.ts';
import { useNotify } from './notices.tsx';
import { isWriting } from './use-search-keys.ts';
import { useFollowedLog } from './use-followed-log.ts';
import { useLogSearch } from './use-log-search.ts';
import { useGo } from './use-steps.ts';

interface AgentLogProps {
  readonly agent: Agent;
  /** Of the address: what is looked for, and where. */
  readonly query: string;
}

/** The log of the selected agent, followed while it lives. */
export function AgentLog({ agent, query }: AgentLogProps): ReactNode {
  const { client, store } = useDashboard();
  const notify = useNotify();
  const id = agent.facts.agent_id;
  const { log, atEnd, newLines, onAtEnd, onToEnd, onLoadEarlier, onLoadLater, onGoTo, onCountLines } =
    useFollowedLog(agent);
  const [wraps, setWraps] = useSwitch('log-wraps', true);
  const [isRaw, setRaw] = useSwitch('log-raw', false);
  const [start, setStart] = useState<number | null>(null);
  const [asked, setAsked] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const place = useMemo(() => parseLogPlace(query), [query]);
  const go = useGo();
  const search = useLogSearch({
    agentId: id,
    text: place.text,
    onText: (text) => go({ query: withLogPlace(store.getState().route.query, { text, at: null }) }, 'replace'),
    onPlace: (offset) => {
      setStart(null);
      setAsked((before) => before + 1);
      onGoTo(offset);
    },
  });
  useFindKeys(field, search.onStep);
  const { lines } = log.window;
  const isTold = useMemo(() => isTranscript(lines), [lines]);
  const entries = useMemo(() => (isTold && !isRaw ? transcriptOf(lines) : null), [lines, isTold, isRaw]);
  const download = async (): Promise<void> => {
    const refusal = await saveLog(client.api, id);
    if (refusal !== null) notify('error', refusal);
  };
  const copyMatches = async (): Promise<void> => {
    const found = await search.onCollect?.();
    if (found === undefined) return;
    if (!found.ok) return notify('error', `The matches were not copied: ${found.message}`);
    const lines = counted(found.count, 'line');
    const words = found.isCut
      ? `The first ${lines} with a match are copied; all of them are too many.`
      : `${lines} copied.`;
    await navigator.clipboard.writeText(found.text).then(
      () => notify(found.isCut ? 'warning' : 'info', words),
      () => notify('error', 'The browser does not allow copying here.'),
    );
  };
  const goTo = (offset: number): void => {
    setStart(offset);
    setAsked((before) => before + 1);
    onGoTo(offset);
  };
  const isRead = log.phase.status !== 'loading';
  useEffect(() => {
    if (isRead && place.at !== null) goTo(place.at);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only another place in the address leads somewhere
  }, [isRead, place.at]);
  const onTime = async (text: string): Promise<void> => {
    const place = await placeOfTime(client, id, text, log.window.total);
    if (typeof place === 'number') goTo(place);
    else notify('warning', place);
  };
  return (
    <LogView
      label={`Log of ${agentTitle(agent)}`}
      window={log.window}
      transcript={entries}
      phase={log.phase}
      loadingEarlier={log.loadingEarlier}
      loadingLater={log.loadingLater}
      emptyText={emptyText(agent, log.phase.status === 'loading')}
      atEnd={atEnd}
      newLines={newLines}
      wraps={wraps}
      pattern={search.pattern}
      goneTo={start ?? search.place}
      asked={asked}
      bar={
        <LogTools
          field={field}
          query={search.query}
          onQuery={search.onQuery}
          found={search.found}
          isWrong={search.isWrong}
          onStep={search.onStep}
          onCopyMatches={search.onCollect === null ? null : () => void copyMatches()}
          wraps={wraps}
          onWraps={setWraps}
          transcript={isTold ? { isOn: !isRaw, onSwitch: (isOn) => setRaw(!isOn) } : null}
          onStart={() => goTo(0)}
          onTime={(text) => void onTime(text)}
          onCountLines={onCountLines}
          onDownload={() => void download()}
        />
      }
      onAtEnd={onAtEnd}
      onToEnd={() => {
        setStart(null);
        onToEnd();
      }}
      onLoadEarlier={onLoadEarlier}
      onLoadLater={onLoadLater}
    />
  );
}

const seekBytes = 64 * 1024;

/** The byte of the first line at or after a typed time; otherwise why there is none. */
async function placeOfTime(client: DashboardClient, id: string, text: string, total: number): Promise<number | string> {
  const time = askedTime(text, Date.now());
  if (time === null) return `"${visible(text)}" is no time. Write 14:05, 14:05:30 or 2025-11-09 14:05.`;
  const read = async (start: number, end: number) => {
    const piece = await client.readLog(id, { start, end });
    return piece.ok ? piece.value : null;
  };
  return (await seekTime({ read, total, pieceBytes: seekBytes }, time)) ?? 'No line of this log begins with a time.';
}

/** On or off, as it was left the last time in this browser. */
function useSwitch(name: string, usually: boolean): [isOn: boolean, set: (isOn: boolean) => void] {
  const [isOn, setOn] = useState(() => readSwitch(name, usually));
  return [
    isOn,
    (next) => {
      setOn(next);
      writeSwitch(name, next);
    },
  ];
}

/** Ctrl+F and `/` look in the log, of which the browser's own search sees a screen; F3 and Shift+F3 go from match to match. */
function useFindKeys(
  field: { readonly current: HTMLInputElement | null },
  onStep: ((by: 1 | -1) => void) | null,
): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || field.current === null) return;
      const withControl = event.ctrlKey || event.metaKey;
      if (event.key === 'F3' && !withControl && onStep !== null) {
        event.preventDefault();
        onStep(event.shiftKey ? -1 : 1);
        return;
      }
      const isAsked = withControl ? event.key === 'f' && !event.shiftKey : event.key === '/' && !isWriting(event);
      if (!isAsked) return;
      event.preventDefault();
      field.current.focus();
      field.current.select();
    };
    // After the tree's filter, and before the search of the whole page.
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [field, onStep]);
}

function emptyText(agent: Agent, loading: boolean): string {
  if (loading) return 'Reading the log …';
  if (agent.life.status === 'never_began') return 'It never started, so it wrote nothing.';
  if (isEnded(agent)) return 'It wrote nothing.';
  return agent.life.status === 'queued' ? 'Nothing yet: it has not started.' : 'Nothing yet.';
}
