/** The record of one agent as the coordinator tells it: budgets and averages are not known from events alone. */
import { useCallback, useEffect, useState } from 'react';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import { isEnded, type Agent } from '../../../protocol/agent.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';

const askAgainMs = 5000;

/** null: not answered yet. Asked again at each turn of its life, and now and then while it lives. */
export function useRecord(agent: Agent): {
  readonly answer: ClientResult<AgentRecord> | null;
  readonly retry: () => void;
} {
  const { client } = useDashboard();
  const id = agent.facts.agent_id;
  const ended = isEnded(agent);
  const liveSince = useDashboardState(({ connection }) => (connection.status === 'live' ? connection.since : null));
  const [answer, setAnswer] = useState<ClientResult<AgentRecord> | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (liveSince === null) return;
    const over = new AbortController();
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      const told = await client.api.get(id);
      if (!over.signal.aborted) setAnswer(told);
    };
    const onVisible = (): void => void ask();
    void ask();
    const timer = ended ? null : setInterval(() => void ask(), askAgainMs);
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      over.abort();
      if (timer !== null) clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [client, id, ended, agent.life.status, liveSince, tries]);
  return { answer, retry: useCallback(() => setTries((before) => before + 1), []) };
}
