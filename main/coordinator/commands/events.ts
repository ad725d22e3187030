/** events: what has happened from one place in the journal on, as far as the caller may see it. */
import type { EventPage } from '../../../protocol/event-page.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { partAbout } from '../../../protocol/told-event.ts';
import { BranchView } from '../events/branch-view.ts';
import type { JournalPages } from '../events/journal-pages.ts';
import type { EventsAsked, Principal } from '../facade.ts';
import { reach } from './rights.ts';

export async function events(
  { fleet, pages }: { readonly fleet: () => Fleet; readonly pages: JournalPages },
  { agentId, since, limit }: EventsAsked,
  by: Principal,
): Promise<Result<EventPage>> {
  if (agentId !== null) {
    const found = reach(fleet(), by, agentId);
    if (!found.ok) return found;
  }
  const { seq } = fleet();
  if (since > seq) {
    return fail(
      'INVALID_REQUEST',
      `since is ${since}, but the last event is ${seq}. Use next_since of the answer before.`,
      {
        since,
        last: seq,
      },
    );
  }
  return ok(await pages.read({ since, limit, see: seenBy(fleet(), by, agentId) }));
}

function seenBy(fleet: Fleet, by: Principal, agentId: string | null): (event: Sequenced) => Sequenced | null {
  if (agentId !== null) {
    return ({ seq, event }) => {
      const part = partAbout(event, agentId);
      return part === null ? null : { seq, event: part };
    };
  }
  if (by.kind === 'operator') return (event) => event;
  const branch = new BranchView(fleet, by.agentId);
  return (event) => branch.see(event);
}
