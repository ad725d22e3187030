/** What the ledger on disk says at a start: the snapshot, then every event after it. */
import type { Sequenced } from '../../../protocol/events.ts';
import { type Failure, fail } from '../../../protocol/failures.ts';
import { type Fleet, fleet as fold, inPlace, settled } from '../../../protocol/fleet.ts';
import { fromSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { readJournal } from './journal-read.ts';

export interface Restored {
  /** As far as the journal could be read. */
  readonly fleet: Fleet;
  /** Not null: the journal is damaged, so nothing may be written to it and nothing be acted on. */
  readonly damage: Failure | null;
}

/** `snapshot` is a cache: what it does not hold is read from the journal in `folder`. A torn tail is cut and kept aside. */
export function restore(folder: string, snapshot: Fleet): Restored {
  let state = inPlace(snapshot);
  let lastInJournal = 0;
  const read = readJournal(folder, snapshot.seq, {
    event: (event: Sequenced) => {
      state = fold(state, event);
    },
    base: (base) => {
      state = inPlace(fromSnapshot(base));
    },
    reached: (seq) => {
      lastInJournal = Math.max(lastInJournal, seq);
    },
  });
  state = settled(state);
  if (!read.ok) return { fleet: state, damage: read.failure };
  if (lastInJournal < snapshot.seq) return { fleet: state, damage: behind(folder, lastInJournal, snapshot.seq) };
  return { fleet: state, damage: null };
}

/** A snapshot is saved only of what is durable, so a journal that ends before it has lost something. */
function behind(folder: string, last: number, known: number): Failure {
  return fail(
    'STORAGE_UNAVAILABLE',
    `The journal in ${folder} ends with record ${last}, but db.json knows of ${known}: records were lost. Nothing was changed. Restore the journal from a backup, or move the root folder aside to start anew.`,
    { reason: 'journal_behind', last, known },
  ).failure;
}
