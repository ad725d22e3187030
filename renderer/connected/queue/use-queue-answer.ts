import { useCallback, useEffect, useRef, useState } from 'react';
import type { QueueAnswer } from '../../../protocol/queue.ts';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';

export interface AskedQueue {
  /** null: not answered yet. */
  readonly answer: QueueAnswer | null;
  readonly failure: string | null;
  readonly ask: () => void;
  /** What another action answered with. */
  readonly put: (answer: QueueAnswer) => void;
}

/** Free memory changes without an event. */
const everyMs = 5000;
/** After events, so that a burst of starts is asked about once. */
const settleMs = 300;

/** What only the coordinator knows of the queue: reasons of the moment, lent slots, memory. Asked anew when the fleet changes. */
export function useQueueAnswer(): AskedQueue {
  const { client } = useDashboard();
  const counts = useDashboardState(({ fleet }) => fleet.counts);
  const isLive = useDashboardState(({ connection }) => connection.status === 'live');
  const [answer, setAnswer] = useState<QueueAnswer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const latest = useRef(0);
  const ask = useCallback((): void => {
    const mine = ++latest.current;
    void client.api.queue().then((asked) => {
      if (mine !== latest.current) return; // A later question was asked meanwhile, or nobody listens.
      if (asked.ok) setAnswer(asked.value);
      setFailure(asked.ok ? null : asked.failure.message);
    });
  }, [client]);
  const put = useCallback((given: QueueAnswer): void => {
    latest.current += 1;
    setAnswer(given);
    setFailure(null);
  }, []);
  useEffect(() => {
    if (!isLive) return undefined;
    const soon = setTimeout(ask, settleMs);
    const timer = setInterval(() => document.visibilityState === 'visible' && ask(), everyMs);
    return () => {
      clearTimeout(soon);
      clearInterval(timer);
    };
  }, [ask, isLive, counts]);
  useEffect(() => {
    ask();
    return () => void (latest.current += 1);
  }, [ask]);
  return { answer, failure, ask, put };
}
