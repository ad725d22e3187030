/** pause: freezes what runs in a branch; what waits there is not started until it is resumed. */
import { type Agent, isEnded } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { subtree } from '../../../protocol/fleet.ts';
import { holdOf } from '../../../protocol/hold.ts';
import type { BranchAnswer, PauseRequest } from '../../../protocol/verbs.ts';
import type { Principal } from '../facade.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import { type FreezingDeps, pauseAgents } from '../process/freezing.ts';
import type { Trees } from '../process/ownership.ts';
import { because, branchAnswer, reachBelow, stateWords } from './branch-answer.ts';
import type { Note } from './repeats.ts';
import { callerName } from './rights.ts';

export interface PauseDeps extends FreezingDeps {
  readonly record: RecordOf;
  readonly ownership: Pick<Trees, 'cannotFreeze'>;
}

/**
 * NOT_SUPPORTED where this system cannot freeze a tree. WRONG_STATE when the whole branch has ended. What is paused already
 * stays as it is, and is named in `unchanged`.
 */
export async function pause(
  deps: PauseDeps,
  request: PauseRequest,
  by: Principal,
  note: Note,
): Promise<Result<BranchAnswer>> {
  const { ledger, ownership } = deps;
  const found = reachBelow(ledger.pending, by, request.agent_id, 'pause');
  if (!found.ok) return found;
  if (ownership.cannotFreeze !== null) {
    return fail('NOT_SUPPORTED', `Agents cannot be paused here: ${ownership.cannotFreeze}.`);
  }
  const branch = subtree(ledger.pending, request.agent_id);
  if (branch.every(isEnded)) {
    return fail(
      'WRONG_STATE',
      `${request.agent_id} cannot be paused, ${stateWords(found.value)}, and nothing below it runs or waits. Only what has not ended is paused.`,
      { agent_id: request.agent_id },
    );
  }
  const pausable = branch.filter(isPausable);
  const others = branch.filter((agent) => !isPausable(agent));
  const unfrozen: BranchAnswer['unfrozen'] = [];
  const noted = note(pausable.map(({ facts }) => facts.agent_id));
  if (pausable.length > 0) {
    const done = await pauseAgents(deps, pausable, { by: callerName(by), reason: request.reason }, noted);
    if (!done.ok) return done;
    for (const [agent_id, pids] of done.value) unfrozen.push({ agent_id, pids: [...pids] });
  } else if (noted.length > 0) await ledger.commit(noted);
  const changed = pausable.filter(({ facts }) => isHeld(deps, facts.agent_id));
  const held = new Set(changed);
  const late = pausable.filter((agent) => !held.has(agent));
  return ok(
    branchAnswer(
      ledger.current,
      found.value,
      changed.map(({ facts }) => facts.agent_id),
      [...others, ...late].map((agent) =>
        because(agent, stateWords(ledger.current.agents.get(agent.facts.agent_id) ?? agent)),
      ),
      deps.record,
      unfrozen,
    ),
  );
}

const isPausable = (agent: Agent): boolean =>
  !isEnded(agent) && agent.life.status !== 'stopping' && holdOf(agent.life) === null;

/** Some end on their own while they are being paused. */
const isHeld = ({ ledger }: PauseDeps, agentId: string): boolean => {
  const life = ledger.current.agents.get(agentId)?.life;
  return life !== undefined && holdOf(life) !== null;
};
