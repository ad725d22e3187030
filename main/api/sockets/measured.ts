/** What running agents use, after each look of the coordinator, to those that asked for it. */
import type { SocketMessage } from '../../../protocol/socket-messages.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import type { MeasuredNow } from '../../coordinator/samples/measured-now.ts';
import type { Connection } from './connection.ts';

export function tellMeasured(connection: Connection, coordinator: Coordinator, by: Principal): void {
  const tell = (): void => {
    const text = textOf(coordinator.measured(by));
    if (text !== null) connection.send(text);
  };
  // Though the snapshot before it is still on its way: of a large fleet the next look may be most of a minute away.
  if (coordinator.measured(by).agents.length > 0) tell();
  const tellNext = (): void => {
    // What is behind is not worth sending late; the next one holds it all.
    if (!connection.isBehind) tell();
  };
  connection.onClose(coordinator.onMeasured(tellNext));
}

function textOf({ at, agents }: MeasuredNow): string | null {
  if (at === null) return null;
  const message: SocketMessage = { type: 'measured', at, agents: agents.map(([...agent]) => agent) };
  return JSON.stringify(message);
}
