import { useCallback, useEffect, useState } from 'react';
import { LineCount } from '../log/line-count.ts';
import type { FollowedLog, LogFollower } from '../log/log-follower.ts';
import { useDashboard } from './dashboard-context.ts';

const pieceBytes = 1024 * 1024;
/** Up to here lines are counted unasked: a second of reading. */
const unaskedBytes = 256 * 1024 * 1024;

/** Numbers the lines of a log; of a very large one when it is asked to. null: nothing is left to ask for. */
export function useLineCount(agentId: string, follower: LogFollower, { window }: FollowedLog): (() => void) | null {
  const { client } = useDashboard();
  const [isAsked, setAsked] = useState(false);
  const [count] = useState(
    () =>
      new LineCount(async (start, end) => {
        const piece = await client.readLog(agentId, { start, end });
        if (!piece.ok) throw new Error(piece.failure.message);
        return piece.value;
      }, pieceBytes),
  );
  const { start, total, firstLine } = window;
  const isUnknown = firstLine === null;
  const counts = isUnknown && (isAsked || total <= unaskedBytes);
  useEffect(() => {
    if (!counts) return;
    count.until(start).then(
      (lines) => follower.setLinesBefore(start, lines),
      () => undefined, // Numbers are left out; the log itself says that it cannot be read.
    );
  }, [counts, count, follower, start]);
  const ask = useCallback(() => setAsked(true), []);
  return isUnknown && !counts ? ask : null;
}
