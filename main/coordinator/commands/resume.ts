/** resume: lets a paused branch go on. Only what was paused changes. */
import { ok, type Result } from '../../../protocol/failures.ts';
import { subtree } from '../../../protocol/fleet.ts';
import { holdOf } from '../../../protocol/hold.ts';
import type { BranchAnswer, ResumeRequest } from '../../../protocol/verbs.ts';
import type { Principal } from '../facade.ts';
import { type FreezingDeps, resumeAgents } from '../process/freezing.ts';
import { because, branchAnswer, reachBelow, stateWords } from './branch-answer.ts';
import { callerName } from './rights.ts';

/** An agent may be resumed while one above it stays paused; it and what lies below it run then. */
export async function resume(deps: FreezingDeps, request: ResumeRequest, by: Principal): Promise<Result<BranchAnswer>> {
  const { ledger } = deps;
  const found = reachBelow(ledger.pending, by, request.agent_id, 'resume');
  if (!found.ok) return found;
  const branch = subtree(ledger.pending, request.agent_id);
  const held = branch.filter(({ life }) => holdOf(life) !== null);
  const others = branch.filter(({ life }) => holdOf(life) === null);
  if (held.length > 0) await resumeAgents(deps, held, callerName(by));
  const changed = held.map(({ facts }) => facts.agent_id);
  const unchanged = others.map((agent) => because(agent, stateWords(agent)));
  return ok(branchAnswer(ledger.current, found.value, changed, unchanged));
}
