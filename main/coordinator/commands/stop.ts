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
import { type Note, noNote } from './repeats.ts';
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
  note: Note = noNote,
): Promise<Result<StopAnswer>> {
  const found = reach(ledger.pending, by, agentId);
  if (!found.ok) return found;
  const branch = subtree(ledger.pending, agentId).filter((agent) => !isEnded(agent));
  const who = reason === null ? callerName(by) : `${callerName(by)}: ${reason}`;
  // Waited for from here on: one that has ended may be restarted while others of its branch take their time.
  const ends = branch.map(({ facts }) => lives.when(facts.agent_id, isEnded));
  const noted = note(branch.map(({ facts }) => facts.agent_id));
  if (branch.length > 0) {
    const done = await supervisor.stop(branch, { reason: 'stop', by: who }, noted);
    if (!done.ok) return done;
  } else if (noted.length > 0) await ledger.commit(noted);
  const stopped = await Promise.all(ends);
  const target = ledger.current.agents.get(agentId) ?? found.value;
  return ok({ agent_id: agentId, status: record(target).status, stopped: stopped.map(record) });
}

/** What that stop ended, as it is now; it waits for what is still being stopped, also after a restart of the coordinator. */
export async function stopAgain(
  { ledger, lives, record }: StopDeps,
  agentId: string,
  changed: readonly string[],
  by: Principal,
): Promise<Result<StopAnswer>> {
  const known = changed.filter((id) => ledger.current.agents.has(id));
  const stopped = await Promise.all(known.map((id) => lives.when(id, ({ life }) => life.status !== 'stopping')));
  const target = reach(ledger.current, by, agentId);
  return target.ok
    ? ok({ agent_id: agentId, status: record(target.value).status, stopped: stopped.map(record) })
    : target;
}
