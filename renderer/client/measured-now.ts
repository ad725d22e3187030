/** What running agents use, from the wire to the store. */
import type { MeasuredAgents } from '../../clients/typescript/socket-client.ts';
import { isActive } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import type { MeasuredNow } from '../store/state.ts';

/** Of those only that run and of which both is known; the first look at a run does not tell processor use yet. */
export function measuredNow(agents: MeasuredAgents, { agents: known }: Fleet): ReadonlyMap<string, MeasuredNow> {
  const measured = new Map<string, MeasuredNow>();
  for (const [id, cpuPercent, memoryMb] of agents) {
    const agent = known.get(id);
    if (agent === undefined || !isActive(agent) || cpuPercent === null || memoryMb === null) continue;
    measured.set(id, { cpuPercent, memoryMb });
  }
  return measured;
}
