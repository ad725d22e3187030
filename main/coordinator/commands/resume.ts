/** resume: lets a paused branch go on. Only what was paused changes. */
import type { Agent } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { subtree } from '../../../protocol/fleet.ts';
import { holdOf } from '../../../protocol/hold.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { BranchAnswer, ResumeRequest } from '../../../protocol/verbs.ts';
import type { Principal } from '../facade.ts';
import { type FreezingDeps, resumeAgents } from '../process/freezing.ts';
import { because, branchAnswer, reachBelow, stateWords } from './branch-answer.ts';
import type { Note } from './repeats.ts';
import { callerName } from './rights.ts';
import { pausedFromAbove } from './undoing.ts';

export interface ResumeDeps extends FreezingDeps {
  readonly record: RecordOf;
}

/** An agent may be resumed while one above it stays paused; it and what lies below it run then. */
export async function resume(
  deps: ResumeDeps,
  request: ResumeRequest,
  by: Principal,
  note: Note,
): Promise<Result<BranchAnswer>> {
  const { ledger } = deps;
  const found = reachBelow(ledger.pending, by, request.agent_id, 'resume');
  if (!found.ok) return found;
  const branch = subtree(ledger.pending, request.agent_id);
  const kept = pausedFromAbove(ledger.pending, found.value, by);
  if (kept !== null) {
    return fail(
      'NOT_ALLOWED',
      `${request.agent_id} was paused by ${kept}, which is above you; only that, what is above it, or the operator resumes it.`,
      { agent_id: request.agent_id, paused_by: kept },
    );
  }
  const isFree = (agent: Agent): boolean =>
    holdOf(agent.life) !== null && pausedFromAbove(ledger.pending, agent, by) === null;
  const held = branch.filter(isFree);
  const others = branch.filter((agent) => !isFree(agent));
  const changed = held.map(({ facts }) => facts.agent_id);
  const noted = note(changed);
  if (held.length > 0) await resumeAgents(deps, held, callerName(by), noted);
  else if (noted.length > 0) await ledger.commit(noted);
  const unchanged = others.map((agent) => because(agent, stateWords(agent)));
  return ok(branchAnswer(ledger.current, found.value, changed, unchanged, deps.record));
}
