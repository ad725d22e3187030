/** Measurements for charts: asked for when they are first shown and now and then, with each look of the live feed between. */
import { startTransition, useCallback, useEffect, useState } from 'react';
import type { ClientFailure } from '../../../clients/typescript/client.ts';
import type { HistoryRange, UsageHistory } from '../../../protocol/measures.ts';
import type { LiveLook } from '../../selectors/usage-grid.ts';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';

export type Usage =
  | { readonly status: 'loading' }
  | { readonly status: 'known'; readonly history: UsageHistory; readonly looks: readonly LiveLook[] }
  | { readonly status: 'failed'; readonly failure: ClientFailure; readonly retry: () => void };

type Answer = { readonly of: string } & (
  | { readonly status: 'known'; readonly history: UsageHistory; readonly looks: readonly LiveLook[] }
  | { readonly status: 'failed'; readonly failure: ClientFailure }
);

/** By then a bucket more is full, or as good as. */
const askAgainMs: Readonly<Record<HistoryRange, number>> = { '5m': 20_000, '1h': 20_000, '24h': 60_000 };
/** Two changes within less are one look and its aftermath. */
const betweenLooksMs = 1000;
const mostLooks = 60;

/** `agentId`: of one agent and all below it; null: of the whole fleet. */
export function useUsage(range: HistoryRange, agentId: string | null): Usage {
  const { store, client } = useDashboard();
  const liveSince = useDashboardState(({ connection }) => (connection.status === 'live' ? connection.since : null));
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [tries, setTries] = useState(0);
  const of = `${range} ${agentId ?? ''}`;
  const retry = useCallback(() => setTries((before) => before + 1), []);
  useEffect(() => {
    if (liveSince === null) return;
    const over = new AbortController();
    let history: UsageHistory | null = null;
    let looks: readonly LiveLook[] = [];
    const draw = (): void => {
      if (history === null || document.hidden) return;
      const known = { of, status: 'known', history, looks } as const;
      // Drawing a large fleet takes a while; a key goes before it.
      startTransition(() => setAnswer(known));
    };
    const ask = async (): Promise<void> => {
      if (document.hidden) return;
      const told = await client.api.usageHistory(range, agentId ?? undefined);
      if (over.signal.aborted) return;
      if (!told.ok) return setAnswer({ of, status: 'failed', failure: told.failure });
      history = told.value;
      const endMs = Date.parse(history.from) + history.buckets * history.bucket_seconds * 1000;
      looks = looks.filter(({ atMs }) => atMs >= endMs);
      draw();
    };
    const take = (agents: LiveLook['agents']): void => {
      const atMs = Date.now();
      if (atMs - (looks.at(-1)?.atMs ?? 0) < betweenLooksMs) return;
      looks = [...looks, { atMs, agents }].slice(-mostLooks);
      draw();
    };
    const unsubscribe = store.subscribe((now, before) => {
      if (range === '5m' && now.measured !== before.measured && now.connection.status === 'live') take(now.measured);
    });
    const timer = setInterval(() => void ask(), askAgainMs[range]);
    const onVisible = (): void => void ask();
    document.addEventListener('visibilitychange', onVisible);
    void ask();
    return () => {
      over.abort();
      unsubscribe();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [store, client, range, agentId, of, liveSince, tries]);
  if (answer?.of !== of) return { status: 'loading' };
  return answer.status === 'failed' ? { status: 'failed', failure: answer.failure, retry } : answer;
}
