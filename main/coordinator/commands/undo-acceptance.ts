/** What becomes of the files of an acceptance that failed. */
import { JournalError } from '../ledger/journal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Layout } from '../root/layout.ts';
import { removeRunFolder, type StoredPrompt } from './stored-prompt.ts';
import type { WaitingPrompts } from './waiting-prompts.ts';

/**
 * It leaves none: on a full disk their room is what the next one needs. They stay where there is such an agent (its number
 * was given again meanwhile), and where the next start may find the acceptance in the journal. Never throws.
 */
export function undoAcceptance(
  { ledger, layout, prompts }: { readonly ledger: Ledger; readonly layout: Layout; readonly prompts: WaitingPrompts },
  agentId: string,
  prompt: StoredPrompt,
  error: unknown,
): void {
  prompt.discard();
  if (error instanceof JournalError && error.mayBeFound) return;
  if (ledger.pending.agents.has(agentId)) return;
  prompts.forget(agentId);
  removeRunFolder(layout.runFolder(agentId));
}
