/** stop: ends an agent and all below it. */
import { isEnded } from '../../../protocol/agent.ts';
import type { StopAnswer } from '../../../protocol/verbs.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import { subtree } from '../../../protocol/fleet.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { LifeWatch } from '../events/life-watch.ts';
import type { Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Supervisor } from '../process/supervisor.ts';
import { callerName, reach } from './rights.ts';

export interface StopDeps {
  readonly ledger: Ledger;
  readonly supervisor: Supervisor;
  readonly lives: LifeWatch;
  readonly record: RecordOf;
}

/** Stopping what has ended already is no failure: the answer lists nothing as stopped and shows how it ended. */
export async function stop(
  { ledger, supervisor, lives, record }: StopDeps,
  agentId: string,
  by: Principal,
  reason: string | null,
): Promise<Result<StopAnswer>> {
  const found = reach(ledger.pending, by, agentId);
  if (!found.ok) return found;
  const branch = subtree(ledger.pending, agentId).filter((agent) => !isEnded(agent));
  const who = reason === null ? callerName(by) : `${callerName(by)}: ${reason}`;
  if (branch.length > 0) {
    const done = await supervisor.stop(branch, { reason: 'stop', by: who });
    if (!done.ok) return done;
  }
  const stopped = await Promise.all(branch.map(({ facts }) => lives.when(facts.agent_id, isEnded)));
  const target = ledger.current.agents.get(agentId) ?? found.value;
  return ok({ agent_id: agentId, status: record(target).status, stopped: stopped.map(record) });
}
