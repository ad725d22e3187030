/** Everything the caller may see, whole, every so many seconds: for clients that keep nothing. */
import { isEnded } from '../../../protocol/agent.ts';
import type { IntervalMessage } from '../../../protocol/socket-messages.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import type { Connection } from './connection.ts';

export function streamIntervals(
  connection: Connection,
  coordinator: Coordinator,
  by: Principal,
  seconds: number,
): void {
  const tell = (): void => {
    // What is behind is not worth sending late; the next one holds it all.
    if (!connection.isBehind) connection.sendAll([JSON.stringify(wholeFor(coordinator, by))]);
  };
  tell();
  const timer = setInterval(tell, seconds * 1000);
  connection.onClose(() => clearInterval(timer));
}

function wholeFor(coordinator: Coordinator, by: Principal): IntervalMessage {
  const { agents: known } = coordinator.fleet();
  const isOver = (agentId: string): boolean => {
    const agent = known.get(agentId);
    return agent === undefined || isEnded(agent);
  };
  const agents = coordinator.list(by);
  return {
    timestamp: new Date().toISOString(),
    active_agents: agents.filter(({ agent_id }) => !isOver(agent_id)).length,
    agents: agents.map((record) => ({
      ...record,
      process_info: { cpu_percent: record.cpu_percent, memory_mb: record.memory_mb },
    })),
  };
}
