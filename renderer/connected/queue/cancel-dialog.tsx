import { type ReactNode, useState } from 'react';
import { planAction } from '../../selectors/agent-actions.ts';
import { pathWords } from '../../selectors/agent-path.ts';
import { counted } from '../../selectors/format.ts';
import type { QueueRow } from '../../selectors/queue-rows.ts';
import { ConfirmDialog } from '../../views/confirm-dialog.tsx';
import { useDashboard } from '../dashboard-context.ts';
import { useNotify } from '../notices.tsx';

interface CancelDialogProps {
  readonly rows: readonly QueueRow[];
  readonly onDone: () => void;
}

/** Asks before what waits is cancelled, and does it. */
export function CancelDialog({ rows, onDone }: CancelDialogProps): ReactNode {
  const { store, client } = useDashboard();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const { fleet } = store.getState();
  const ids = rows.map(({ agentId }) => agentId);
  // One below another is counted once.
  const below = Math.max(0, planAction(fleet, 'stop', ids).affected - ids.length);
  const [only] = rows;
  const cancel = async (): Promise<void> => {
    setBusy(true);
    const answers = await Promise.all(
      rows.map(({ agentId }) => client.api.stop(agentId, 'cancelled from the dashboard')),
    );
    const failed = answers.flatMap((answer) => (answer.ok ? [] : [answer.failure.message]));
    for (const message of new Set(failed)) notify('error', `Not cancelled: ${message}`);
    if (failed.length < rows.length) notify('success', `${counted(rows.length - failed.length, 'agent')} cancelled.`);
    onDone();
  };
  return (
    <ConfirmDialog
      title={
        <>
          Cancel{' '}
          <bdi>
            {rows.length === 1 && only !== undefined ? pathWords(only.path.slice(-1)) : `${rows.length} agents`}
          </bdi>
          ?
        </>
      }
      confirm={`Cancel ${counted(rows.length, 'agent')}`}
      cancel="Let it wait"
      busy={busy}
      onConfirm={() => void cancel()}
      onCancel={onDone}
    >
      <p>
        {rows.length === 1 ? 'It leaves the queue and is not started.' : 'They leave the queue and are not started.'}
        {below > 0 && ` ${counted(below, 'agent')} below ${below === 1 ? 'is' : 'are'} stopped, too.`} To have the work
        done after all, restart or deploy again.
      </p>
    </ConfirmDialog>
  );
}
