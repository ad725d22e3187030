/** wait: answers when agents have ended. It only looks; what must not be missed stands in the parent's inbox. */
import { isEnded } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentRecord, type RecordOf } from '../../../protocol/record.ts';
import type { WaitAnswer, WaitRequest } from '../../../protocol/waiting.ts';
import type { FleetWatch } from '../events/fleet-watch.ts';
import type { Principal } from '../facade.ts';
import { ownerFor, reach } from './rights.ts';
import { stopping } from './stopping.ts';

export interface WaitDeps {
  readonly fleet: () => Fleet;
  readonly fleetWatch: FleetWatch;
  readonly record?: RecordOf;
}

export async function wait(
  { fleet, fleetWatch, record = agentRecord }: WaitDeps,
  request: WaitRequest,
  by: Principal,
  signal: AbortSignal | undefined,
): Promise<Result<WaitAnswer>> {
  const asked = whom(fleet(), request, by);
  if (!asked.ok) return asked;
  const patience = { timeoutMs: request.timeout * 1000, ...(signal === undefined ? {} : { signal }) };
  const isDone = (state: Fleet): true | null => {
    const { ended, pending } = split(state, asked.value(state));
    return pending.length === 0 || (request.mode === 'any' && ended.length > 0) ? true : null;
  };
  const done = await fleetWatch.until(isDone, patience);
  if (done === null && fleetWatch.isClosed) return stopping;
  const { ended, pending } = split(fleet(), asked.value(fleet()));
  return ok({
    done: done === true,
    ended: ended.flatMap((id) => fleet().agents.get(id) ?? []).map((agent) => record(agent)),
    pending,
  });
}

/** The ids asked for, or the children of a parent as they are at each look: more may be deployed meanwhile. */
function whom(
  fleet: Fleet,
  { agent_ids, parent_agent }: WaitRequest,
  by: Principal,
): Result<(state: Fleet) => string[]> {
  if (agent_ids !== null) {
    for (const id of agent_ids) {
      const found = reach(fleet, by, id);
      if (!found.ok) return found;
    }
    return ok(() => agent_ids);
  }
  const parent = ownerFor(fleet, by, parent_agent);
  if (!parent.ok) return parent;
  const children = (state: Fleet): readonly string[] =>
    state.agents.get(parent.value)?.children ?? state.externals.get(parent.value)?.children ?? [];
  if (children(fleet).length === 0) {
    return fail(
      'INVALID_REQUEST',
      `${parent.value} has no children to wait for. Deploy some first, or name others in agent_ids.`,
      { parent_agent: parent.value },
    );
  }
  return ok((state) => [...children(state)]);
}

/** What was forgotten meanwhile had ended. */
function split(fleet: Fleet, ids: readonly string[]): { ended: string[]; pending: string[] } {
  const isOver = (id: string): boolean => {
    const agent = fleet.agents.get(id);
    return agent === undefined || isEnded(agent);
  };
  return { ended: ids.filter(isOver), pending: ids.filter((id) => !isOver(id)) };
}
