/** Asking again and again while a coordinator restarts: agents outlive it, and so should whoever watches them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientResult } from '../../clients/typescript/client.ts';
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import type { Context } from './context.ts';

/** A restart with a long journal takes seconds; after this much silence it is not a restart. */
const patienceMs = 30_000;
const pollMs = 300;

export type Ask = <T, F extends { readonly code: string }>(
  question: (client: HttpClient) => Promise<Answered<T, F>>,
) => Promise<Answered<T, F>>;
type Answered<T, F> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

/** Questions to the coordinator that survive its restart. Each waits at most 30 s for it to come back. */
export async function patientAsk({ connect, io }: Context): Promise<ClientResult<Ask>> {
  const first = await connect();
  if (!first.ok) return first;
  const current = { client: first.value.client };
  const ask: Ask = async (question) => {
    const deadline = io.now() + patienceMs;
    for (;;) {
      const answer = await question(current.client);
      if (answer.ok || !isAbsence(answer.failure.code) || io.now() > deadline) return answer;
      await untilNextPoll(io.gone);
      const again = await connect();
      if (again.ok) current.client = again.value.client;
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
