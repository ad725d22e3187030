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
import type { ActionWords } from '../selectors/agent-actions.ts';

interface ActionDialogProps {
  readonly open: boolean;
  readonly words: ActionWords;
  /** null: by now there is nobody left whom it would change. */
  readonly onConfirm: (() => void) | null;
  readonly onCancel: () => void;
}

/** Asks before something is done to agents, and says what becomes of how many. */
export function ActionDialog({ open, words, onConfirm, onCancel }: ActionDialogProps): ReactNode {
  return (
    <Dialog open={open} modalType="alert" onOpenChange={(_, { open: stays }) => !stays && onCancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>
            <bdi>{words.title}</bdi>
          </DialogTitle>
          <DialogContent>
            {onConfirm === null ? 'Meanwhile nobody is left to whom this applies.' : words.consequence}
          </DialogContent>
          <DialogActions>
            <Button appearance="secondary" onClick={onCancel}>
              {onConfirm === null ? 'Close' : 'Cancel'}
            </Button>
            {onConfirm !== null && (
              <Button appearance="primary" onClick={onConfirm}>
                {words.button}
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
