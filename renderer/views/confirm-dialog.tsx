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
import { useFocusBack } from './use-focus-back.ts';

interface ConfirmDialogProps {
  readonly title: ReactNode;
  /** The word on the button that does it. */
  readonly confirm: string;
  /** The word on the button that leaves it; "Cancel" where that says it. */
  readonly cancel?: string;
  readonly busy?: boolean;
  /** null: meanwhile there is nothing left to do. */
  readonly onConfirm: (() => void) | null;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

/** A question before something that is not easily undone; `children` say what will happen. */
export function ConfirmDialog({
  title,
  confirm,
  cancel,
  busy,
  onConfirm,
  onCancel,
  children,
}: ConfirmDialogProps): ReactNode {
  useFocusBack();
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && onCancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent>{children}</DialogContent>
          <DialogActions>
            <Button appearance="secondary" onClick={onCancel}>
              {cancel ?? 'Cancel'}
            </Button>
            {onConfirm !== null && (
              <Button appearance="primary" disabledFocusable={busy === true} onClick={onConfirm}>
                {confirm}
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
