/** Asking again and again while a coordinator restarts: agents outlive it, and so should whoever watches them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientFailure, ClientResult } from '../../clients/typescript/client.ts';
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import type { Context } from './context.ts';

/** A restart with a long journal takes seconds; after this much silence it is not a restart. */
const patienceMs = 30_000;
const pollMs = 300;

export type Ask = <T, F extends { readonly code: string }>(
  question: (client: HttpClient) => Promise<Answered<T, F>>,
) => Promise<Answered<T, F | ClientFailure>>;
type Answered<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

/** Questions to the coordinator that survive its restart. Each waits at most 30 s for it to come back. */
export async function patientAsk({ connect, io }: Context): Promise<ClientResult<Ask>> {
  const first = await connect();
  if (!first.ok) return first;
  const ask: Ask = async (question) => {
    const deadline = io.now() + patienceMs;
    for (;;) {
      // Before each question: by now the old port may be somebody else's, who must not get the token.
      const found = await connect();
      const answer = found.ok ? await question(found.value.client) : found;
      const isAway = !found.ok || (!answer.ok && isAbsence(answer.failure.code));
      if (!isAway || io.now() > deadline || io.gone.aborted) return answer;
      await untilNextPoll(io.gone);
    }
  };
  return { ok: true, value: ask };
}

const isAbsence = (code: string): boolean => code === 'UNREACHABLE' || code === 'STOPPING';

/** 300 ms, or less when the reader of stdout goes. */
export async function untilNextPoll(gone: AbortSignal): Promise<void> {
  if (gone.aborted) return;
  await pause(pollMs, undefined, { signal: gone }).catch(() => undefined); // Aborted: the caller looks at the signal.
}
