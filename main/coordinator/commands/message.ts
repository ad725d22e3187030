/** message: words for an agent that runs, where its runtime can take them. */
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { MessageAnswer, MessageRequest } from '../../../protocol/verbs.ts';
import type { Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Runtimes } from '../runtimes/registry.ts';
import { stateWords } from './branch-answer.ts';
import { reach } from './rights.ts';

export interface MessageDeps {
  readonly ledger: Ledger;
  readonly runtimes: Runtimes;
}

/** WRONG_STATE when it does not run; NOT_SUPPORTED, with what to do instead, when its runtime reads nothing but its prompt. */
export async function message(
  { ledger, runtimes }: MessageDeps,
  { agent_id, text }: MessageRequest,
  by: Principal,
): Promise<Result<MessageAnswer>> {
  const found = reach(ledger.current, by, agent_id);
  if (!found.ok) return found;
  const { facts, life } = found.value;
  if (life.status !== 'running') {
    return fail(
      'WRONG_STATE',
      `${agent_id} cannot be told anything, ${stateWords(found.value)}. Only an agent that runs can be; deploy another with these words as its prompt.`,
      { agent_id },
    );
  }
  const runtime = runtimes.get(facts.runtime);
  if (!runtime.ok) return runtime;
  const delivered = await runtime.value.message(facts, text);
  return delivered.ok ? ok({ agent_id, delivered: true, how: delivered.value }) : delivered;
}
