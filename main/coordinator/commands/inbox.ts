/** inbox: what a parent has yet to learn of its children, kept until it says that it knows. */
import { ok, fail, type Result } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { emptyInbox } from '../../../protocol/inboxes.ts';
import type { InboxAnswer, InboxRequest } from '../../../protocol/waiting.ts';
import type { Clock } from '../clock.ts';
import type { FleetWatch } from '../events/fleet-watch.ts';
import type { Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { ownerFor } from './rights.ts';
import { stopping } from './stopping.ts';

export interface InboxDeps {
  readonly ledger: Ledger;
  readonly fleetWatch: FleetWatch;
  readonly clock: Clock;
}

export async function inbox(
  { ledger, fleetWatch, clock }: InboxDeps,
  request: InboxRequest,
  by: Principal,
  signal: AbortSignal | undefined,
): Promise<Result<InboxAnswer>> {
  const owner = ownerFor(ledger.current, by, request.agent_id);
  if (!owner.ok) return owner;
  if (request.acknowledge !== null) {
    // A number from the future would swallow what nobody has seen yet.
    if (request.acknowledge > ledger.current.seq) {
      return fail(
        'INVALID_REQUEST',
        `acknowledge is ${request.acknowledge}, but the last event is ${ledger.current.seq}. Give the seq of the last message you worked on.`,
        { acknowledge: request.acknowledge, last: ledger.current.seq },
      );
    }
    await acknowledge(ledger, clock, owner.value, request.acknowledge);
  }
  const look = (fleet: Fleet): true | null => (messagesOf(fleet, owner.value).length > 0 ? true : null);
  const found = await fleetWatch.until(look, {
    timeoutMs: request.timeout * 1000,
    ...(signal === undefined ? {} : { signal }),
  });
  if (found === null && request.timeout > 0 && fleetWatch.isClosed) return stopping;
  const { acknowledged, messages } = ledger.current.inboxes.get(owner.value) ?? emptyInbox;
  return ok({
    agent_id: owner.value,
    acknowledged,
    messages: messages.slice(0, request.limit),
    has_more: messages.length > request.limit,
  });
}

const messagesOf = (fleet: Fleet, owner: string) => (fleet.inboxes.get(owner) ?? emptyInbox).messages;

/** Written only where it takes a message away: a reader that polls must not fill the journal. */
async function acknowledge(ledger: Ledger, clock: Clock, owner: string, upTo: number): Promise<void> {
  if (!messagesOf(ledger.pending, owner).some(({ seq }) => seq <= upTo)) return;
  await ledger.commit([{ type: 'inbox_acknowledged', at: clock.now(), agent_id: owner, up_to: upTo }]);
}
