/** The overwatch log: a line on every turn in the life of the agents that the caller may see, from a place in the journal on. */
import type { Sequenced } from '../../../protocol/events.ts';
import type { LogMessage } from '../../../protocol/socket-messages.ts';
import { BranchView } from '../../coordinator/events/branch-view.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import type { Connection } from './connection.ts';
import { beat } from './heartbeat.ts';
import { linesOf } from '../../../protocol/life-lines.ts';
import { missedSince, readPast } from './missed.ts';

/** `from` null: what comes from now on. What the journal does not hold any more, or too much of it, is left out. */
export async function streamLives(
  connection: Connection,
  coordinator: Coordinator,
  by: Principal,
  from: number | null,
): Promise<void> {
  const past = await readPast(coordinator, from);
  if (!connection.isOpen) return;
  // From here on in one turn of the event loop, so no event falls in between.
  const view = by.kind === 'operator' ? null : new BranchView(coordinator.fleet(), by.agentId);
  const messagesOf = (sequenced: Sequenced): string[] => {
    const seen = view === null ? sequenced : view.see(sequenced);
    const lines = seen === null ? [] : linesOf(seen, coordinator.fleet());
    return lines.map(({ agentId, text }, index) => {
      const offset = sequenced.seq - 1;
      // Only with the last line of a batch the event is told: who comes back before that is told all of it.
      const end = index === lines.length - 1 ? sequenced.seq : offset;
      const message: LogMessage = { type: 'log', agent_id: agentId, offset, end, text };
      return JSON.stringify(message);
    });
  };
  const missed = from === null ? [] : (missedSince(coordinator, from, past) ?? []);
  connection.sendAll(missed.flatMap(messagesOf));
  connection.onClose(
    coordinator.subscribe((event) => {
      for (const text of messagesOf(event)) connection.send(text);
    }),
  );
  beat(connection, () => ({ seq: coordinator.fleet().seq }))(); // The first says from where to come back.
}
