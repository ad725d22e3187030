import { useCallback, useRef, useState } from 'react';
import type { Wanted } from '../../selectors/queue-rows.ts';
import { useDashboard } from '../dashboard-context.ts';
import { useNotify } from '../notices.tsx';

export interface Priorities {
  /** Shown at once; taken back where the coordinator refuses. */
  readonly wanted: Wanted;
  readonly move: (agentIds: readonly string[], by: number) => void;
}

/** Presses that follow each other are one request: what is asked for is the place where they end. */
const settleMs = 250;
const [first, last] = [0, 9];

export function usePriorities(): Priorities {
  const { store, client } = useDashboard();
  const notify = useNotify();
  const [wanted, setWanted] = useState<Wanted>(new Map());
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const present = useRef(wanted);
  const put = useCallback((agentId: string, priority: number | null): void => {
    const next = new Map(present.current);
    if (priority === null) next.delete(agentId);
    else next.set(agentId, priority);
    present.current = next;
    setWanted(next);
  }, []);
  const send = useCallback(
    async (agentId: string): Promise<void> => {
      const priority = present.current.get(agentId);
      if (priority === undefined) return;
      const answer = await client.api.reprioritize(agentId, priority);
      if (!answer.ok) notify('error', `Not moved: ${answer.failure.message}`);
      // Where it was pressed again meanwhile, that request is on its way.
      if (present.current.get(agentId) !== priority) return;
      if (answer.ok) await folded(() => store.getState().fleet.agents.get(agentId)?.facts.priority === priority);
      if (present.current.get(agentId) === priority) put(agentId, null);
    },
    [client, notify, put, store],
  );
  const move = useCallback(
    (agentIds: readonly string[], by: number): void => {
      for (const id of agentIds) {
        const now = present.current.get(id) ?? store.getState().fleet.agents.get(id)?.facts.priority;
        if (now === undefined) continue;
        const next = Math.min(last, Math.max(first, now + by));
        if (next === now) continue;
        put(id, next);
        clearTimeout(timers.current.get(id));
        timers.current.set(
          id,
          setTimeout(() => void send(id), settleMs),
        );
      }
    },
    [put, send, store],
  );
  return { wanted, move };
}

/** The event follows the answer by some milliseconds: without waiting the row would jump back and forth. */
async function folded(isThere: () => boolean): Promise<void> {
  for (let tries = 0; tries < 20 && !isThere(); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
}
