/** The fleet as it is, then every event that the caller may see, with nothing lost or doubled in between. */
import type { Sequenced } from '../../../protocol/events.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { toldEvent, toldSnapshot } from '../../../protocol/told-event.ts';
import type { SocketMessage } from '../../../protocol/socket-messages.ts';
import { branchSnapshot, BranchView } from '../../coordinator/events/branch-view.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import type { Connection } from './connection.ts';
import { beat } from './heartbeat.ts';
import { tellMeasured } from './measured.ts';
import { missedSince, readPast } from './missed.ts';

/** What one caller is told. `event` gives the text of a message, or null where the event is not for it. */
interface Telling {
  snapshot(): SocketMessage;
  event(sequenced: Sequenced): string | null;
  /** False where the events alone do not tell the caller enough. */
  canReplay(missed: readonly Sequenced[]): boolean;
  place(): { seq: number; after?: number };
}

export async function streamFleet(
  connection: Connection,
  coordinator: Coordinator,
  by: Principal,
  { since, measured }: { readonly since: number | null; readonly measured: boolean },
): Promise<void> {
  const past = await readPast(coordinator, since);
  if (!connection.isOpen) return;
  // From here on in one turn of the event loop, so no event falls in between.
  const missed = since === null ? null : missedSince(coordinator, since, past);
  const tell = by.kind === 'operator' ? tellAll(coordinator) : tellBranch(coordinator, by.agentId, since);
  const replayed = missed !== null && tell.canReplay(missed) ? missed : null;
  if (replayed === null) connection.sendAll([JSON.stringify(tell.snapshot())]);
  else connection.sendAll(replayed.flatMap((event) => tell.event(event) ?? []));
  const tellHealth = (): void => {
    const health: SocketMessage = { type: 'health', degraded: [...coordinator.degraded()] };
    connection.send(JSON.stringify(health));
  };
  if (coordinator.degraded().length > 0) tellHealth(); // A client that was told nothing takes it as healthy.
  connection.onClose(coordinator.onHealth(tellHealth));
  connection.onClose(
    coordinator.subscribe((event) => {
      const text = tell.event(event);
      if (text !== null) connection.send(text);
    }),
  );
  if (by.kind === 'operator') {
    connection.onClose(
      coordinator.onConfig((changed) => {
        const config: SocketMessage = { type: 'config', ...changed };
        connection.send(JSON.stringify(config));
      }),
    );
  }
  if (measured) tellMeasured(connection, coordinator, by);
  beat(connection, () => tell.place());
}

function tellAll(coordinator: Coordinator): Telling {
  return {
    snapshot: () => {
      const fleet = toldSnapshot(toSnapshot(coordinator.fleet()));
      return { type: 'snapshot', seq: fleet.seq, timestamp: new Date().toISOString(), fleet };
    },
    event: textOfAll,
    canReplay: () => true,
    place: () => ({ seq: coordinator.fleet().seq }),
  };
}

/** Each event is written as text once, however many clients follow. */
const eventTexts = new WeakMap<Sequenced, string>();

function textOfAll(sequenced: Sequenced): string {
  const known = eventTexts.get(sequenced);
  if (known !== undefined) return known;
  const message: SocketMessage = { type: 'event', seq: sequenced.seq, event: toldEvent(sequenced.event) };
  const text = JSON.stringify(message);
  eventTexts.set(sequenced, text);
  return text;
}

function tellBranch(coordinator: Coordinator, agentId: string, since: number | null): Telling {
  const view = new BranchView(coordinator.fleet(), agentId);
  let at = since ?? 0;
  /** Moves on to `seq`, and says what the place before was. */
  const advance = (seq: number): { seq: number; after: number } => {
    const after = at;
    at = seq;
    return { seq, after };
  };
  return {
    snapshot: () => {
      const fleet = toldSnapshot(branchSnapshot(coordinator.fleet(), agentId));
      return { type: 'snapshot', seq: advance(fleet.seq).seq, timestamp: new Date().toISOString(), fleet };
    },
    event: (sequenced) => {
      const seen = view.see(sequenced);
      if (seen === null) return null;
      const message: SocketMessage = { type: 'event', event: toldEvent(seen.event), ...advance(seen.seq) };
      return JSON.stringify(message);
    },
    // Whose the forgotten were, nothing tells any more.
    canReplay: (missed) => !missed.some(({ event }) => event.type === 'agents_forgotten'),
    place: () => advance(coordinator.fleet().seq),
  };
}
