/** The history of what agents used: of one branch, or of all that the caller may see. */
import { ok, type Result } from '../../../protocol/failures.ts';
import { type Fleet, subtree } from '../../../protocol/fleet.ts';
import type { UsageHistory } from '../../../protocol/measures.ts';
import type { HistoryAsked, Principal } from '../facade.ts';
import type { History } from '../samples/history.ts';
import { reach } from './rights.ts';

export function usageHistory(
  { fleet, history }: { readonly fleet: () => Fleet; readonly history: History },
  { range, agentId }: HistoryAsked,
  by: Principal,
): Result<UsageHistory> {
  const root = agentId ?? (by.kind === 'agent' ? by.agentId : null);
  if (root === null) return ok(history.read(range, () => true, true));
  const found = reach(fleet(), by, root);
  if (!found.ok) return found;
  const ids = new Set(subtree(fleet(), root).map(({ facts }) => facts.agent_id));
  return ok(history.read(range, (id) => ids.has(id), false));
}
