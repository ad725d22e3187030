import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type Agent, isEnded } from '../../protocol/agent.ts';
import { type FollowedLog, LogFollower } from '../log/log-follower.ts';
import { defaultBounds, linesFrom } from '../log/log-window.ts';
import { useDashboard } from './dashboard-context.ts';
import { useLineCount } from './use-line-count.ts';

export interface FollowedLogModel {
  readonly log: FollowedLog;
  readonly atEnd: boolean;
  readonly newLines: number;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onToEnd: () => void;
  readonly onLoadEarlier: () => void;
  readonly onLoadLater: () => void;
  /** Shows what is around a byte of the log. */
  readonly onGoTo: (offset: number) => void;
  /** null: the lines are numbered, or are being counted unasked. */
  readonly onCountLines: (() => void) | null;
}

/** One follower for the life of the component, which is drawn anew for another agent. */
export function useFollowedLog(agent: Agent): FollowedLogModel {
  const follower = useLogFollower(agent.facts.agent_id, !isEnded(agent));
  const log = useSyncExternalStore(follower.subscribe, follower.current);
  /** Where the log ended when its reader scrolled away; null while at the end. */
  const [leftAt, setLeftAt] = useState<number | null>(null);
  const newLines = useMemo(() => (leftAt === null ? 0 : linesFrom(log.window, leftAt)), [log.window, leftAt]);
  const onCountLines = useLineCount(agent.facts.agent_id, follower, log);
  return {
    log,
    atEnd: leftAt === null,
    newLines,
    onAtEnd: (atEnd) => {
      // The end of what is held is not the end of the log.
      if (atEnd && log.window.end < log.window.total) return;
      setLeftAt((before) => (atEnd ? null : (before ?? log.window.end)));
      follower.setAtEnd(atEnd);
    },
    onToEnd: () => {
      setLeftAt(null);
      void follower.toEnd();
    },
    onLoadEarlier: () => void follower.loadEarlier(),
    onLoadLater: () => void follower.loadLater(),
    onCountLines,
    onGoTo: (offset) => {
      setLeftAt((before) => before ?? log.window.end);
      void follower.goTo(offset);
    },
  };
}

/** Fetched at first and per "load earlier". */
const pieceBytes = 256 * 1024;
const pace = { pollMs: 500, retryMs: 2000 };

function useLogFollower(agentId: string, growing: boolean): LogFollower {
  const { client } = useDashboard();
  const [follower] = useState(
    () =>
      new LogFollower({
        readLog: (range) => client.readLog(agentId, range),
        bounds: defaultBounds,
        pieceBytes,
        ...pace,
      }),
  );
  useEffect(() => follower.setGrowing(growing), [follower, growing]);
  useEffect(() => {
    const watch = (): void => follower.setWatched(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', watch);
    return () => document.removeEventListener('visibilitychange', watch);
  }, [follower]);
  return follower;
}
