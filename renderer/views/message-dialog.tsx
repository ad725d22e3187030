import { type ReactNode, useState } from 'react';
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Textarea,
} from '@fluentui/react-components';
import { useFocusBack } from './use-focus-back.ts';

/** As the coordinator takes it. */
const mostCharacters = 100_000;

interface MessageDialogProps {
  readonly title: string;
  /** Why it was not taken; null: it was not sent yet. */
  readonly refusal: string | null;
  readonly busy: boolean;
  readonly onSend: (text: string) => void;
  readonly onCancel: () => void;
}

/** Words for a running agent. Whether its program can take them, the answer says. */
export function MessageDialog({ title, refusal, busy, onSend, onCancel }: MessageDialogProps): ReactNode {
  useFocusBack();
  const [text, setText] = useState('');
  const field = refusal === null ? {} : { validationState: 'error' as const, validationMessage: refusal };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onCancel()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>
            Message to <bdi>{title}</bdi>
          </DialogTitle>
          <DialogContent>
            <Field label="What it should know" {...field}>
              <Textarea
                value={text}
                rows={6}
                maxLength={mostCharacters}
                resize="vertical"
                onChange={(_, { value }) => setText(value)}
              />
            </Field>
          </DialogContent>
          <DialogActions>
            <Button appearance="secondary" onClick={onCancel}>
              Cancel
            </Button>
            <Button appearance="primary" disabled={busy || text.trim() === ''} onClick={() => onSend(text)}>
              {busy ? 'Sending …' : 'Send'}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
