import type { ReactNode } from 'react';
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { counted } from '../selectors/format.ts';

interface StopDialogProps {
  readonly title: string;
  /** Agents of the branch that run or wait, itself included if it does. */
  readonly living: number;
  readonly selfLives: boolean;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before a branch is stopped, and says how many agents that are. */
export function StopDialog({ title, living, selfLives, onConfirm, onCancel }: StopDialogProps): ReactNode {
  const below = selfLives ? living - 1 : living;
  const some = below === 1 ? 'the agent' : `the ${counted(below, 'agent')}`;
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && onCancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>
            Stop {selfLives ? null : `${some} below `}
            <bdi>{title}</bdi>
            {selfLives && below > 0 ? ` and ${some} below it` : null}?
          </DialogTitle>
          <DialogContent>
            {living === 1
              ? 'It is asked to end, and ended by force if it does not. It stays stopped.'
              : 'Each is asked to end, and ended by force if it does not. They stay stopped.'}
          </DialogContent>
          <DialogActions>
            <Button appearance="secondary" onClick={onCancel}>
              Cancel
            </Button>
            <Button appearance="primary" onClick={onConfirm}>
              Stop {counted(living, 'agent')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
