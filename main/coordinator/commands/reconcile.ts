/** reconcile: looks at everything now that is otherwise looked at from time to time. */
import type { ReconcileAnswer } from '../../../protocol/api.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { SnapshotStore } from '../ledger/snapshot.ts';
import type { StateFiles } from '../ledger/state-files.ts';
import type { Supervisor } from '../process/supervisor.ts';
import type { StorageHealth } from '../storage-health.ts';

export interface ReconcileDeps {
  readonly ledger: Ledger;
  readonly inbox: Inbox;
  readonly supervisor: Supervisor;
  readonly stateFiles: StateFiles;
  readonly snapshots: SnapshotStore;
  readonly health: StorageHealth;
}

export async function reconcile(deps: ReconcileDeps): Promise<ReconcileAnswer> {
  const { ledger, inbox, supervisor, stateFiles, snapshots, health } = deps;
  const requests_found = inbox.sweepNow();
  const counts = supervisor.verifyAll();
  const state_files_written = stateFiles.writeAll();
  const { current } = ledger;
  await snapshots.save(current);
  return {
    requests_found,
    identities: { checked: Object.values(counts).reduce((sum, count) => sum + count, 0), ...counts },
    state_files_written,
    snapshot_seq: health.isDegraded('snapshot') ? null : current.seq,
  };
}
