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
import { counted } from '../../selectors/format.ts';

interface LeaveDialogProps {
  readonly open: boolean;
  readonly unsaved: number;
  readonly onStay: () => void;
  readonly onLeave: () => void;
}

/** Before changes are lost. */
export function LeaveDialog({ open, unsaved, onStay, onLeave }: LeaveDialogProps): ReactNode {
  return (
    <Dialog open={open} modalType="alert" onOpenChange={(_, { open: stays }) => !stays && onStay()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>Leave the settings?</DialogTitle>
          <DialogContent>{counted(unsaved, 'change')} of config.json would be lost.</DialogContent>
          <DialogActions>
            <Button appearance="secondary" onClick={onLeave}>
              Discard and leave
            </Button>
            <Button appearance="primary" onClick={onStay}>
              Stay
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
