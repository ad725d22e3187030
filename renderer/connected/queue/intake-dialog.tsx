import { type ReactNode, useState } from 'react';
import type { QueueAnswer } from '../../../protocol/queue.ts';
import { ConfirmDialog } from '../../views/confirm-dialog.tsx';
import { useDashboard } from '../dashboard-context.ts';
import { useNotify } from '../notices.tsx';

interface IntakeDialogProps {
  /** What it is to be. */
  readonly paused: boolean;
  readonly waiting: number;
  readonly onAnswer: (answer: QueueAnswer) => void;
  readonly onDone: () => void;
}

/** Says what the switch for all starts will do, and does it. */
export function IntakeDialog({ paused, waiting, onAnswer, onDone }: IntakeDialogProps): ReactNode {
  const { client } = useDashboard();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const set = async (): Promise<void> => {
    setBusy(true);
    const answer = await client.api.intake(paused);
    if (answer.ok) onAnswer(answer.value);
    else notify('error', `Starts were not ${paused ? 'paused' : 'resumed'}: ${answer.failure.message}`);
    onDone();
  };
  return (
    <ConfirmDialog
      title={paused ? 'Pause all starts?' : 'Start again?'}
      confirm={paused ? 'Pause all starts' : 'Start again'}
      busy={busy}
      onConfirm={() => void set()}
      onCancel={onDone}
    >
      <p>
        {paused
          ? 'Nothing more is started until you switch it on again, also over a restart of the coordinator. What runs goes on; what is asked for waits here, and gives up when its time is over.'
          : `What waits (${waiting}) starts in its order as far as limits allow.`}
      </p>
    </ConfirmDialog>
  );
}
